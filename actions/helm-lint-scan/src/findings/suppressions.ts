import { ActionError } from '../../../lib/errors.ts';
import { globProblem } from '../../../lib/globs.ts';
import { at, isData } from '../data.ts';
import type { Files } from '../inputs/files.ts';
import { readYaml } from '../manifests/yaml.ts';
import { engineRules } from '../rules/engine.ts';
import { isRuleId } from '../rules/index.ts';
import type { CaseId, Finding, Findings } from './findings.ts';
import { type GlobMatch, readGlobs } from './globs.ts';

/** One entry of the ignore file. What is left out fits everything. */
export interface Suppression {
  rule: string;
  reason: string;
  /** The last day it holds, or `never`. */
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
  suppression: Suppression;
}

const KEYS = ['rule', 'reason', 'expires', 'chart', 'file', 'resource'];
/** Each finding is compared with each of them. */
const MAX_ENTRIES = 1000;
const EXAMPLE = '- { rule: image-digest, reason: the base image is pinned by the mirror, expires: 2027-06-30 }';

/**
 * Read the ignore file.
 * @throws {ActionError} naming every fault with its line
 */
export async function readSuppressions(
  files: Files,
  file: { path: string; required: boolean },
): Promise<Suppression[]> {
  const text = await files.read(file.path, 'ignore-file');
  if (text === undefined) {
    if (!file.required) return [];
    throw invalid(file.path, ['the input ignore-file asks for it, but there is no such file in the repository']);
  }
  const document = readYaml(text)[0];
  if (document === undefined || document.value === null) return [];
  const broken = document.faults.map(({ line, message }) => `line ${line}: ${message}`);
  if (broken.length > 0) throw invalid(file.path, broken);
  const entries = at(document.value, 'suppressions');
  if (!Array.isArray(entries)) throw invalid(file.path, ['line 1: there is no list called suppressions']);
  if (entries.length > MAX_ENTRIES)
    throw invalid(file.path, [`line 1: there are ${entries.length} suppressions, more than ${MAX_ENTRIES}`]);
  const faults: string[] = [];
  const list = entries.flatMap((entry, index) => {
    const { line } = document.find(['suppressions', index]);
    const problems = isData(entry) ? problemsOf(entry) : ['is not a mapping'];
    for (const problem of problems) faults.push(`line ${line}: ${problem}`);
    return problems.length > 0 ? [] : [suppression(entry as Record<string, unknown>, line)];
  });
  if (faults.length > 0) throw invalid(file.path, faults);
  return list;
}

function invalid(path: string, faults: readonly string[]): ActionError {
  return new ActionError({
    what: `${path} cannot be used`,
    why: faults.join('\n'),
    next: `Write it as \`suppressions:\` and a list of entries like ${EXAMPLE}`,
  });
}

function problemsOf(entry: Record<string, unknown>): string[] {
  const texts = ['reason', 'chart', 'file', 'resource'].filter(
    (key) => entry[key] !== undefined && typeof entry[key] !== 'string',
  );
  return [
    ...Object.keys(entry)
      .filter((key) => !KEYS.includes(key))
      .map((key) => `${key} is not one of ${KEYS.join(', ')}`),
    ...texts.map((key) => `${key} is not a string`),
    ...['chart', 'file', 'resource'].flatMap((key) => {
      const problem = typeof entry[key] === 'string' ? patternProblem(entry[key]) : undefined;
      return problem === undefined ? [] : [`${key} ${problem}`];
    }),
    ...(typeof entry.rule === 'string' && isRuleId(entry.rule)
      ? []
      : [`rule ${JSON.stringify(entry.rule ?? '')} is not a rule of this action`]),
    ...(typeof entry.reason === 'string' && entry.reason.trim() !== ''
      ? []
      : ['reason is missing: say why it is right to hide this']),
    ...(isDay(entry.expires) ? [] : ['expires is not a day (2027-06-30) or never']),
  ];
}

/** Wildcards in one name: the time to compare grows with the length of the name to this power. */
const MAX_WILDCARDS = 3;

/** The ignore file comes with what is scanned, so its patterns must not be able to hold the scanner. */
function patternProblem(pattern: string): string | undefined {
  if (/[?*+@!]\(/.test(pattern)) return 'has a group of patterns, `+(a|b)`: write {a,b}, or one entry for each';
  const names = pattern.split('/').filter((name) => name !== '**');
  if (names.some((name) => name.split('*').length - 1 > MAX_WILDCARDS))
    return `has more than ${MAX_WILDCARDS} wildcards between two slashes`;
  return pattern.split('/').length - names.length > MAX_WILDCARDS
    ? `has ** more than ${MAX_WILDCARDS} times`
    : globProblem(pattern);
}

function isDay(value: unknown): boolean {
  if (value === 'never') return true;
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

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

type Covers = (suppression: Suppression, finding: Finding) => boolean;

async function readCovers(suppressions: readonly Suppression[]): Promise<Covers> {
  const globs = await readGlobs(
    suppressions.flatMap(({ chart, file, resource }) => [chart, file, resource].flatMap((glob) => glob ?? [])),
  );
  const fits = (glob: string | undefined, text: string | undefined): boolean =>
    glob === undefined || (text !== undefined && (globs.get(glob) as GlobMatch)(text));
  return (suppression, { rule, engine, subject, place, resource }) =>
    (suppression.rule === rule.id || suppression.rule === engine) &&
    fits(suppression.chart, subject) &&
    fits(suppression.file, place.file) &&
    fits(suppression.resource, resource);
}

/**
 * Take out what is suppressed, and report suppressions that have expired or hide nothing.
 * @param options the ignore file, and the time that decides what has expired; an expiry counts to the end of its day, in UTC
 */
export async function applySuppressions(
  findings: Findings,
  suppressions: readonly Suppression[],
  { file, now }: { file: string; now: Date },
): Promise<SuppressedFinding[]> {
  const covers = await readCovers(suppressions);
  const today = now.toISOString().slice(0, 10);
  const inForce = suppressions.filter((each) => !isExpired(each, today));
  const suppressed = findings.list().flatMap((finding) => {
    const by = inForce.find((each) => covers(each, finding));
    return by === undefined ? [] : [{ finding, suppression: by }];
  });
  const reported = findings.list();
  for (const { finding } of suppressed) findings.remove(finding);
  for (const each of suppressions) {
    const used = reported.some((finding) => covers(each, finding));
    if (used && !isExpired(each, today)) continue;
    const rule = used ? engineRules.suppressionExpired : engineRules.suppressionUnused;
    const why = used ? `expired on ${each.expires}; its findings count again` : 'fits no finding';
    findings.add({
      rule,
      case: IGNORE_CASE,
      path: [],
      message: `the suppression of ${each.rule} in line ${each.line} (${each.reason}) ${why}`,
      place: () => ({ file, line: each.line, exact: true }),
    });
  }
  return suppressed;
}

const IGNORE_CASE: CaseId = { subject: 'suppressions', values: '', kubeVersion: '' };
