import { join } from 'node:path/posix';
import { SCANNERS, type Settings } from '../inputs/inputs.ts';
import type { ScanInput } from '../inputs/scan-input.ts';
import type { RenderedCase } from '../render.ts';
import { engineRules } from '../rules/engine.ts';
import type { Finding, Findings } from './findings.ts';
import { type InlineIgnore, readInlineIgnores } from './inline-ignores.ts';
import { SUPPRESSIONS_CASE, type SuppressedFinding } from './suppressions.ts';

/** A text that may have comments that hide findings. */
interface SourceText {
  file: string;
  text: string;
  /** Whether it is the chart's own, and not that of a dependency, which its author maintains. */
  own: boolean;
  /** Whether all findings in it are known, so that a comment that hides nothing can be reported. */
  complete: boolean;
}

export interface IgnoreContext {
  /** All findings, also those that the ignore file hides. */
  reported: readonly Finding[];
  cases: readonly RenderedCase[];
  settings: Pick<Settings, 'levels' | 'scanners'>;
  now: Date;
}

/** Remove the findings that a comment beside them hides, and report comments that are invalid, have expired or hide nothing. */
export function applyInlineIgnores(
  findings: Findings,
  input: Pick<ScanInput, 'charts' | 'stacks' | 'templates' | 'manifests'>,
  context: IgnoreContext,
): SuppressedFinding[] {
  const find = createFinder(context.reported);
  const remaining = new Set(findings.list().map(({ fingerprint }) => fingerprint));
  const suppressed = new Map<string, SuppressedFinding>();
  for (const { file, text, own, complete } of sourceTexts(input, context.cases)) {
    const { valid, invalid } = readInlineIgnores(file, text);
    for (const { line, problem } of own ? invalid : [])
      report(findings, 'suppressionInvalid', { file, line, message: `the comment ${problem}` });
    for (const ignore of valid) {
      const { line, reason, expires } = ignore;
      const hidden = ignore.rules.map((rule) => ({ rule, found: find(ignore, rule) }));
      const problems = hidden.flatMap((entry) => findProblem(ignore, entry, { ...context, judged: own && complete }));
      for (const [rule, message] of problems) report(findings, rule, { file, line, message });
      if (isExpired(ignore, context.now)) continue;
      for (const finding of hidden.flatMap(({ found }) => found))
        if (remaining.has(finding.fingerprint))
          suppressed.set(finding.fingerprint, { finding, suppression: { reason, expires, line }, kind: 'inSource' });
    }
  }
  for (const { finding } of suppressed.values()) findings.remove(finding);
  return [...suppressed.values()];
}

/** Looks up the findings of a rule on the lines of a comment. */
function createFinder(reported: readonly Finding[]): (ignore: InlineIgnore, rule: string) => Finding[] {
  const byPlace = Map.groupBy(reported, ({ location: { file, line } }) => `${file}\n${line}`);
  return ({ file, lines }, rule) =>
    lines
      .flatMap((line) => byPlace.get(`${file}\n${line}`) ?? [])
      .filter((finding) => finding.rule.id === rule || finding.engine === rule);
}

const isExpired = ({ expires }: InlineIgnore, now: Date): boolean =>
  expires !== 'never' && expires < now.toISOString().slice(0, 10);

/** What is wrong with a comment for one of its rules. */
function findProblem(
  ignore: InlineIgnore,
  { rule, found }: { rule: string; found: readonly Finding[] },
  { settings, now, judged }: Pick<IgnoreContext, 'settings' | 'now'> & { judged: boolean },
): [rule: 'suppressionUnused' | 'suppressionExpired', message: string][] {
  const comment = `the comment that ignores ${rule} (${ignore.reason})`;
  if (found.length === 0)
    return judged && isRun(rule, settings) ? [['suppressionUnused', `${comment} matches no finding`]] : [];
  if (!isExpired(ignore, now)) return [];
  return [['suppressionExpired', `${comment} expired on ${ignore.expires}; its findings count again`]];
}

function report(
  findings: Findings,
  rule: 'suppressionInvalid' | 'suppressionUnused' | 'suppressionExpired',
  { file, line, message }: { file: string; line: number; message: string },
): void {
  findings.add({
    rule: engineRules[rule],
    case: SUPPRESSIONS_CASE,
    path: [],
    document: file,
    message,
    location: () => ({ file, line, exact: true }),
  });
}

/** A rule that is turned off, or of a scanner that is not run, has no findings. */
function isRun(rule: string, { levels, scanners }: IgnoreContext['settings']): boolean {
  const engine = SCANNERS.find((name) => rule === name || rule.startsWith(`${name}/`));
  if (engine !== undefined && !scanners.includes(engine)) return false;
  return levels.get(rule) !== 'off' && (engine === undefined || levels.get(engine) !== 'off');
}

/** The templates, values and manifests that are checked, each once. */
function sourceTexts(
  { charts, stacks, templates, manifests }: Pick<ScanInput, 'charts' | 'stacks' | 'templates' | 'manifests'>,
  cases: readonly RenderedCase[],
): SourceText[] {
  const failed = new Set(cases.flatMap(({ stack, failures }) => (failures.length > 0 ? stack.chart.path : [])));
  const texts = charts.flatMap((chart): SourceText[] => {
    const complete = !failed.has(chart.path) && chart.unreadDependencies.length === 0;
    const valuesFiles = stacks.flatMap((stack) => (stack.chart === chart ? stack.values.files : []));
    const own = [
      { file: join(chart.path, 'Chart.yaml'), text: chart.meta.text },
      ...(chart.values === undefined ? [] : [{ file: join(chart.path, 'values.yaml'), text: chart.values.text }]),
      ...valuesFiles.map(({ path, text }) => ({ file: path, text })),
    ];
    const dependencies = chart.subcharts.flatMap(({ directory, values }) =>
      directory === undefined || values === undefined
        ? []
        : { file: join(directory, 'values.yaml'), text: values.text },
    );
    return [
      ...own.map((entry) => ({ ...entry, own: true, complete })),
      ...[...(templates.get(chart) ?? [])].map(([file, text]) => {
        return { file, text, own: file.startsWith(join(chart.path, 'templates/')), complete };
      }),
      ...dependencies.map((entry) => ({ ...entry, own: false, complete })),
    ];
  });
  const manifestTexts = manifests.flatMap((scope) =>
    scope.files.map(({ path, text }) => ({ file: path, text, own: true, complete: true })),
  );
  return [...new Map([...texts, ...manifestTexts].map((entry) => [entry.file, entry])).values()];
}
