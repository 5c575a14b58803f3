import { ActionError } from '../../../lib/errors.ts';
import { globProblem } from '../../../lib/files/globs.ts';
import { at, isData } from '../data.ts';
import type { Files } from '../inputs/files.ts';
import { readYaml } from '../manifests/yaml.ts';
import { engineRules } from '../rules/engine.ts';
import { isRuleId } from '../rules/index.ts';
import type { CaseId, Finding, Findings } from './findings.ts';
import { compileGlobs, type GlobMatch } from './globs.ts';
import { isDay } from './inline-ignores.ts';

/** One entry of the ignore file. An omitted glob matches everything. */
export interface Suppression {
  rule: string;
  reason: string;
  /** The last day on which it applies, or `never`. */
  expires: string;
  /** Globs: the chart's directory, the file that a finding points to, `Kind/name`. */
  chart: string | undefined;
  file: string | undefined;
  resource: string | undefined;
  /** Its line in the ignore file. */
  line: number;
}

export interface SuppressedFinding {
  finding: Finding;
  suppression: Pick<Suppression, 'reason' | 'expires' | 'line'>;
  /** Where the suppression is, in SARIF's words: in the ignore file, or in a comment beside the finding. */
  kind: 'external' | 'inSource';
}

const KEYS = ['rule', 'reason', 'expires', 'chart', 'file', 'resource'];
/** Each finding is compared with each entry. */
const MAX_ENTRIES = 1000;
const EXAMPLE = '- { rule: image-digest, reason: the base image is pinned by the mirror, expires: 2027-06-30 }';

/**
 * Read the ignore file.
 * @throws {ActionError} with every problem and its line
 */
export async function readSuppressions(
  files: Files,
  file: { path: string; required: boolean },
): Promise<Suppression[]> {
  const text = await files.read(file.path, 'ignore-file');
  if (text === undefined) {
    if (!file.required) return [];
    throw invalid(file.path, ['the input ignore-file names it, but the file does not exist in the repository']);
  }
  const document = readYaml(text)[0];
  if (document === undefined || document.value === null) return [];
  const broken = document.problems.map(({ line, message }) => `line ${line}: ${message}`);
  if (broken.length > 0) throw invalid(file.path, broken);
  const entries = at(document.value, 'suppressions');
  if (!Array.isArray(entries)) throw invalid(file.path, ['line 1: the list `suppressions` is missing']);
  if (entries.length > MAX_ENTRIES)
    throw invalid(file.path, [`line 1: there are ${entries.length} suppressions, more than ${MAX_ENTRIES}`]);
  const problems: string[] = [];
  const list = entries.flatMap((entry, index) => {
    const { line } = document.find(['suppressions', index]);
    const entryProblems = isData(entry) ? findProblems(entry) : ['is not a mapping'];
    for (const problem of entryProblems) problems.push(`line ${line}: ${problem}`);
    return entryProblems.length > 0 ? [] : [suppression(entry as Record<string, unknown>, line)];
  });
  if (problems.length > 0) throw invalid(file.path, problems);
  return list;
}

function invalid(path: string, problems: readonly string[]): ActionError {
  return new ActionError({
    what: `invalid ignore file ${path}`,
    why: problems.join('\n'),
    next: `Write it as \`suppressions:\` and a list of entries like ${EXAMPLE}`,
  });
}

function findProblems(entry: Record<string, unknown>): string[] {
  const notStrings = ['reason', 'chart', 'file', 'resource'].filter(
    (key) => entry[key] !== undefined && typeof entry[key] !== 'string',
  );
  return [
    ...Object.keys(entry)
      .filter((key) => !KEYS.includes(key))
      .map((key) => `${key} is not one of ${KEYS.join(', ')}`),
    ...notStrings.map((key) => `${key} is not a string`),
    ...['chart', 'file', 'resource'].flatMap((key) => {
      const problem = typeof entry[key] === 'string' ? patternProblem(entry[key]) : undefined;
      return problem === undefined ? [] : [`${key} ${problem}`];
    }),
    ...(typeof entry.rule === 'string' && isRuleId(entry.rule)
      ? []
      : [`rule ${JSON.stringify(entry.rule ?? '')} is not a rule of this action`]),
    ...(typeof entry.reason === 'string' && entry.reason.trim() !== ''
      ? []
      : ['reason is missing: say why the finding is hidden']),
    ...(isExpiry(entry.expires) ? [] : ['expires is neither a date (2027-06-30) nor never']),
  ];
}

/** Wildcards in one name. The time to match grows with the length of the name to this power. */
const MAX_WILDCARDS = 3;

/** The ignore file is part of the scanned repository, so its patterns must not be able to block the step. */
function patternProblem(pattern: string): string | undefined {
  if (/[?*+@!]\(/.test(pattern)) return 'has a group of patterns, `+(a|b)`: use {a,b}, or one entry for each pattern';
  const names = pattern.split('/').filter((name) => name !== '**');
  if (names.some((name) => name.split('*').length - 1 > MAX_WILDCARDS))
    return `has more than ${MAX_WILDCARDS} wildcards between two slashes`;
  return pattern.split('/').length - names.length > MAX_WILDCARDS
    ? `has ** more than ${MAX_WILDCARDS} times`
    : globProblem(pattern);
}

const isExpiry = (value: unknown): boolean => value === 'never' || (typeof value === 'string' && isDay(value));

const suppression = (entry: Record<string, unknown>, line: number): Suppression => ({
  rule: entry.rule as string,
  reason: (entry.reason as string).trim(),
  expires: entry.expires as string,
  chart: entry.chart as string | undefined,
  file: entry.file as string | undefined,
  resource: entry.resource as string | undefined,
  line,
});

const isExpired = ({ expires }: Suppression, today: string): boolean => expires !== 'never' && expires < today;

type Matcher = (suppression: Suppression, finding: Finding) => boolean;

async function createMatcher(suppressions: readonly Suppression[]): Promise<Matcher> {
  const globs = await compileGlobs(
    suppressions.flatMap(({ chart, file, resource }) => [chart, file, resource].flatMap((glob) => glob ?? [])),
  );
  const fits = (glob: string | undefined, text: string | undefined): boolean =>
    glob === undefined || (text !== undefined && (globs.get(glob) as GlobMatch)(text));
  return (suppression, { rule, engine, subject, location, resource }) =>
    (suppression.rule === rule.id || suppression.rule === engine) &&
    fits(suppression.chart, subject) &&
    fits(suppression.file, location.file) &&
    fits(suppression.resource, resource);
}

/**
 * Remove the suppressed findings, and report suppressions that have expired or hide nothing.
 * @param options the ignore file, and the time that decides what has expired; an expiry counts to the end of its day, in UTC;
 *   `partial`, when not everything is checked, so that what hides nothing here may hide something elsewhere
 */
export async function applySuppressions(
  findings: Findings,
  suppressions: readonly Suppression[],
  { file, now, partial = false }: { file: string; now: Date; partial?: boolean },
): Promise<SuppressedFinding[]> {
  const covers = await createMatcher(suppressions);
  const today = now.toISOString().slice(0, 10);
  const active = suppressions.filter((suppression) => !isExpired(suppression, today));
  const suppressed = findings.list().flatMap((finding): SuppressedFinding[] => {
    const suppression = active.find((candidate) => covers(candidate, finding));
    return suppression === undefined ? [] : [{ finding, suppression, kind: 'external' }];
  });
  const reported = findings.list();
  for (const { finding } of suppressed) findings.remove(finding);
  for (const suppression of suppressions) {
    const used = reported.some((finding) => covers(suppression, finding));
    if (used ? !isExpired(suppression, today) : partial) continue;
    const rule = used ? engineRules.suppressionExpired : engineRules.suppressionUnused;
    const why = used ? `expired on ${suppression.expires}; its findings count again` : 'matches no finding';
    findings.add({
      rule,
      case: SUPPRESSIONS_CASE,
      path: [],
      message: `the suppression of ${suppression.rule} (${suppression.reason}) ${why}`,
      location: () => ({ file, line: suppression.line, exact: true }),
    });
  }
  return suppressed;
}

/** What findings about suppressions belong to. */
export const SUPPRESSIONS_CASE: CaseId = { subject: 'suppressions', values: '', kubeVersion: '' };
