import { type Chart, isOlderVersion, nextVersion, readChart } from '../charts/chart.ts';
import type { Change } from '../plan/change.ts';
import { findLocation } from '../plan/locations.ts';
import { applyEdits, planEdits } from '../plan/planned-edits.ts';
import { readYaml } from '../yaml/source.ts';
import type { ProposedFile } from './differences.ts';

/**
 * A Chart.yaml of the newest base with the proposed version and appVersion; `undefined` when they cannot be set.
 * @param isOtherwiseChanged whether the proposal still changes anything else in the chart
 */
export function rebaseChartVersion(
  { path, old, now, base }: ProposedFile,
  isOtherwiseChanged: boolean,
): Uint8Array | undefined {
  const [before, after, current] = [old, now, base].map((bytes) => readChart(path, readYaml(path, bytes)));
  if (before === undefined || after === undefined || current === undefined) return undefined;
  if ('problem' in before || 'problem' in after || 'problem' in current) return undefined;
  const version = proposedVersion({ before, after, current }, isOtherwiseChanged);
  const appVersion =
    after.appVersion === after.version && before.appVersion !== after.appVersion
      ? version === current.version
        ? current.appVersion
        : version
      : proposedText(before.appVersion, after.appVersion, current.appVersion);
  return setKeys(current, { version, appVersion });
}

const LEVELS = ['patch', 'minor', 'major', 'prerelease'] as const;

interface Charts {
  before: Chart;
  after: Chart;
  current: Chart;
}

/** A proposal that bumps by a level bumps the base's version, as long as it changes anything that the base has not. */
function proposedVersion({ before, after, current }: Charts, isOtherwiseChanged: boolean): string {
  const level = LEVELS.find((name) => nextVersion(before, { kind: 'level', level: name }) === after.version);
  const isCaughtUp = before.version !== current.version && !isOlderVersion(current.version, after.version);
  if (level === undefined || !isCaughtUp) return proposedText(before.version, after.version, current.version) ?? '';
  const next = nextVersion(current, { kind: 'level', level });
  return isOtherwiseChanged && typeof next === 'string' ? next : current.version;
}

/** The proposed text, unless the base has changed it to one that is not an older version. */
function proposedText(before: string | undefined, after: string | undefined, current: string | undefined) {
  if (before === after) return current;
  return before === current || isOlderVersion(current ?? '', after ?? '') ? after : current;
}

function setKeys(chart: Chart, keys: { version: string; appVersion: string | undefined }): Uint8Array | undefined {
  const changes: Change[] = [];
  for (const key of ['version', 'appVersion'] as const) {
    const text = keys[key];
    if (text === undefined || text === chart[key]) continue;
    const location = findLocation([chart.file], [{ kind: 'key', key }], true);
    if ('problem' in location) return undefined;
    changes.push({ location, scalar: { text, as: 'string' }, after: 'version' });
  }
  const { edits, problems } = planEdits(changes);
  if (problems.length > 0) return undefined;
  return applyEdits(edits).files[0]?.bytes ?? new TextEncoder().encode(chart.file.text);
}
