import { isOlderVersion } from '../charts/chart.ts';
import { parseDigestText, parseReference } from '../detectors/pin-text.ts';
import { normalizeKey } from '../detectors/sibling-keys.ts';
import { type Difference, findDifferences } from '../edits/difference.ts';
import type { Change } from '../plan/change.ts';
import { findLocation } from '../plan/locations.ts';
import { applyEdits, planEdits } from '../plan/planned-edits.ts';
import { parsePath, pathText, type Step } from '../yaml/path.ts';
import { readYaml, toData, type YamlFile } from '../yaml/source.ts';
import { type ProposedFile, valuesIn } from './differences.ts';

/** A proposed value, and what the base has made of it. */
interface ProposedValue extends Difference {
  steps: Step[];
  /** `undefined` when the base has not changed it. */
  inBase: string | undefined;
}

/** The keys of a Chart.yaml that {@link rebaseChartVersion} sets. */
const VERSION_KEYS = new Set(['version', 'appVersion']);

/** The base's file with the values that the branch proposes; `undefined` when one of them cannot be placed. */
export function rebaseValues({ path: file, old, now, base }: ProposedFile): Uint8Array | undefined {
  const [before, after, current] = [old, now, base].map((bytes) => valuesIn(file, bytes));
  if (before === undefined || after === undefined || current === undefined) return undefined;
  // A path does not name its document.
  if (before.length > 1 || after.length > 1 || current.length > 1) return undefined;
  const changedByBase = new Map([
    // What the base has removed has no value there.
    ...findDifferences(current, before).map(({ path }) => [path, ''] as const),
    ...findDifferences(before, current).map(({ path, now }) => [path, now] as const),
  ]);
  const isChart = file.split('/').at(-1) === 'Chart.yaml';
  const proposed: ProposedValue[] = [];
  for (const difference of findDifferences(before, after)) {
    if (isChart && VERSION_KEYS.has(difference.path)) continue;
    const parsed = parsePath(difference.path);
    if ('problem' in parsed) return undefined;
    proposed.push({ ...difference, steps: parsed.value, inBase: changedByBase.get(difference.path) });
  }
  if (proposed.some(hasOtherLines)) return undefined;
  if (!areItemsUnmoved(proposed, changedByBase)) return undefined;
  const groups = Map.groupBy(proposed, groupKey);
  const kept = [...groups.values()].filter(isProposedStill).flat();
  return setValues(readYaml(file, base), readYaml(file, now), kept);
}

/** Whether both have changed a text of several lines, such as YAML in a block scalar: in it each line can be a value of its own. */
const hasOtherLines = ({ inBase, now }: ProposedValue): boolean =>
  inBase !== undefined && inBase !== now && [inBase, now].every((text) => text.includes('\n'));

/**
 * Whether the items of lists are still those that the proposal has changed. An item is known by its other values, such as its name:
 * the base must not have changed any of them.
 */
function areItemsUnmoved(proposed: readonly ProposedValue[], changedByBase: ReadonlyMap<string, string>): boolean {
  const paths = new Set(proposed.map(({ path }) => path));
  const items = proposed.flatMap(({ steps }) =>
    steps.flatMap(({ kind }, index) => (kind === 'index' ? [pathText(steps.slice(0, index + 1))] : [])),
  );
  const isInside = (path: string, item: string): boolean =>
    path.startsWith(item) && /^(?:[.[]|$)/.test(path.slice(item.length));
  return [...changedByBase.keys()].every((path) => paths.has(path) || !items.some((item) => isInside(path, item)));
}

/** Identifies the mapping and the image in it: its tag and its digest are kept or given up together. */
function groupKey({ steps, now }: ProposedValue): string {
  const last = steps.at(-1);
  const name = last?.kind === 'key' ? normalizeKey(last.key) : pathText(steps.slice(-1));
  const image = name.replace(PIN_WORDS, '');
  // A digest can be in a key of any name.
  const isOther = image === name && parseDigestText(now) !== undefined;
  return [pathText(steps.slice(0, -1)), isOther ? '' : image].join('\0');
}

/** What the keys of a tag, a digest and a reference end in. */
const PIN_WORDS = /(?:new|image|tag|version|digest|sha|sha256)+$/;

function isProposedStill(values: readonly ProposedValue[]): boolean {
  const changed = values.filter(({ inBase, now }) => inBase !== undefined && inBase !== now);
  return changed.length === 0 || changed.some(({ inBase = '', now }) => isOlder(inBase, now));
}

/** Whether a version is lower: of a tag, also with a digest behind it, or in a reference to the same repository. */
function isOlder(inBase: string, now: string): boolean {
  const [old, proposed] = [inBase, now].map(parseReference);
  if (old?.tag === undefined || proposed?.tag === undefined)
    return isOlderVersion(old?.repository ?? inBase, proposed?.repository ?? now);
  return old.repository === proposed.repository && isOlderVersion(old.tag, proposed.tag);
}

/** The values as the second file has them, set in the first. */
function setValues(file: YamlFile, source: YamlFile, values: readonly ProposedValue[]): Uint8Array | undefined {
  const changes: Change[] = [];
  for (const { steps, now } of values) {
    const location = findLocation([file], steps, true);
    const origin = findLocation([source], steps, false);
    // A value that only follows another one, through an alias or a merge key, has no place of its own.
    if ('problem' in location || 'problem' in origin || !('node' in origin)) continue;
    const { scalar } = origin.node;
    const isText = scalar === undefined || typeof scalar.value === 'string';
    changes.push({
      location,
      scalar: isText ? { text: now, as: 'string' } : { text: scalar.source ?? now, as: 'typed' },
    });
  }
  const { edits, problems } = planEdits(changes);
  if (problems.length > 0) return undefined;
  const [changed] = applyEdits(edits).files;
  const bytes = changed?.bytes ?? new TextEncoder().encode(file.text);
  const result = new Map(findDifferences([], valuesIn(file.path, bytes) ?? []).map(({ path, now }) => [path, now]));
  const expected = new Map(findDifferences([], toData(source.documents)).map(({ path, now }) => [path, now]));
  return values.every(({ path }) => result.get(path) === expected.get(path)) ? bytes : undefined;
}
