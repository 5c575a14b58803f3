import { ActionError, PathError } from '../../../lib/errors.ts';
import { type AllowedPaths, DOES_NOT_EXIST, readWorkspaceFile, relativeInside } from '../../../lib/files/workspace.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import { at, isData, listAt, stringAt } from '../data.ts';
import type { ScanInput } from '../inputs/scan-input.ts';
import { type Finding, MANIFESTS } from './findings.ts';

/** How findings are identified. A change of what the fingerprint is computed from changes this name. */
export const FINGERPRINT_VERSION = 'helmLintScan/v2';

/** The findings of an earlier state. */
export interface Baseline {
  /** Of all findings. */
  fingerprints: ReadonlySet<string>;
  entries: BaselineEntry[];
}

/** A finding of an earlier state. */
export interface BaselineEntry {
  /** Several, if one line caused it in several resources. */
  fingerprints: readonly string[];
  subject: string;
  file: string;
}

/** The findings of a state as a baseline. What is suppressed there is not part of it: it counts again when its suppression ends. */
export const baselineOf = (findings: readonly Finding[]): Baseline =>
  createBaseline(findings.map(({ fingerprints, subject, location: { file } }) => ({ fingerprints, subject, file })));

const createBaseline = (entries: BaselineEntry[]): Baseline => ({
  entries,
  fingerprints: new Set(entries.flatMap(({ fingerprints }) => fingerprints)),
});

const NEXT =
  'Write it with the input report-file, in a run of this version of the action without changed-since, and name that file in baseline.';

/**
 * Read the report that the input `baseline` names.
 * @throws {ActionError} when it is not a report of this version
 */
export async function readBaseline(area: AllowedPaths, path: string): Promise<Baseline> {
  const name = relativeInside(area.workspace, path) ?? path;
  const file = await readWorkspaceFile(area, path);
  if ('problem' in file && file.problem !== DOES_NOT_EXIST)
    throw new PathError('baseline', [{ path: name, problem: file.problem }]);
  const parsed = 'problem' in file ? file : parseReport(file.value.toString('utf8'));
  if ('value' in parsed) return parsed.value;
  throw new ActionError({ what: `the baseline ${name} cannot be used`, why: `it ${parsed.problem}`, next: NEXT });
}

/** Read a JSON report. */
export function parseReport(text: string): Parsed<Baseline> {
  const report = parseJson(text);
  if (!isData(report) || !Array.isArray(report.findings)) return { problem: 'is not a JSON report of this action' };
  if (report.format !== 1 || report.fingerprintVersion !== FINGERPRINT_VERSION)
    return { problem: 'was written by another version of this action, which identifies findings in another way' };
  if (at(report, 'changes', 'partial') === true)
    return { problem: `was written with changed-since, so it has only the findings of what had changed` };
  const entries = listAt(report, 'findings').map(
    (finding): BaselineEntry => ({
      fingerprints: listAt(finding, 'fingerprints').filter((text) => typeof text === 'string'),
      subject: stringAt(finding, 'chart') ?? '',
      file: stringAt(finding, 'file') ?? '',
    }),
  );
  return { value: createBaseline(entries) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a run finds, compared with a baseline. */
export interface Comparison {
  new: Finding[];
  /** Findings that the baseline has too. */
  known: Finding[];
}

/** Each finding is compared before those of one line are joined: a new resource with a known problem is new. */
export function compareWithBaseline(findings: readonly Finding[], baseline: Baseline | undefined): Comparison {
  const groups = Map.groupBy(findings, ({ fingerprint }) => baseline?.fingerprints.has(fingerprint) ?? false);
  return { new: groups.get(false) ?? [], known: groups.get(true) ?? [] };
}

/** How many findings of the baseline, among those of what is checked, are gone. */
export function countFixed(
  { entries }: Baseline,
  findings: readonly Finding[],
  { charts, manifests, partial }: Pick<ScanInput, 'charts' | 'manifests' | 'partial'>,
): number {
  const present = new Set(findings.map(({ fingerprint }) => fingerprint));
  const subjects = new Set(charts.map(({ path }) => path));
  const files = new Set(manifests.flatMap((scope) => scope.files.map(({ path }) => path)));
  const isChecked = ({ subject, file }: BaselineEntry): boolean =>
    !partial || subjects.has(subject) || (subject === MANIFESTS && files.has(file));
  return entries.filter(
    (entry) => isChecked(entry) && !entry.fingerprints.some((fingerprint) => present.has(fingerprint)),
  ).length;
}
