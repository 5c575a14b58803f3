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
  /** Whether a comment that hides nothing is reported. Not where findings may be missing. */
  judged: boolean;
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
  const today = context.now.toISOString().slice(0, 10);
  const byPlace = Map.groupBy(context.reported, ({ location: { file, line } }) => `${file}\n${line}`);
  const hiddenBy = (ignore: InlineIgnore, rule: string): Finding[] =>
    ignore.lines
      .flatMap((line) => byPlace.get(`${ignore.file}\n${line}`) ?? [])
      .filter((finding) => finding.rule.id === rule || finding.engine === rule);
  const remaining = new Set(findings.list().map(({ fingerprint }) => fingerprint));
  const suppressed = new Map<string, SuppressedFinding>();
  for (const { file, text, judged } of sourceTexts(input, context.cases)) {
    const { valid, invalid } = readInlineIgnores(file, text);
    for (const { line, problem } of invalid)
      report(findings, 'suppressionInvalid', { file, line, message: `the comment ${problem}` });
    for (const ignore of valid)
      for (const rule of ignore.rules) {
        const hidden = hiddenBy(ignore, rule);
        const { line, expires, reason } = ignore;
        const subject = `the comment that ignores ${rule} (${reason})`;
        if (hidden.length === 0 && judged && isRun(rule, context.settings))
          report(findings, 'suppressionUnused', { file, line, message: `${subject} matches no finding` });
        if (hidden.length === 0) continue;
        if (expires !== 'never' && expires < today) {
          const message = `${subject} expired on ${expires}; its findings count again`;
          report(findings, 'suppressionExpired', { file, line, message });
          continue;
        }
        for (const finding of hidden)
          if (remaining.has(finding.fingerprint))
            suppressed.set(finding.fingerprint, {
              finding,
              suppression: { reason, expires, line },
              kind: 'inSource',
            });
      }
  }
  for (const { finding } of suppressed.values()) findings.remove(finding);
  return [...suppressed.values()];
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

/** The templates, values and manifests that are checked, each once. What a dependency ignores is for all charts that contain it. */
function sourceTexts(
  { charts, stacks, templates, manifests }: Pick<ScanInput, 'charts' | 'stacks' | 'templates' | 'manifests'>,
  cases: readonly RenderedCase[],
): SourceText[] {
  const failed = new Set(cases.flatMap(({ stack, failures }) => (failures.length > 0 ? stack.chart.path : [])));
  const texts = charts.flatMap((chart): SourceText[] => {
    const judged = !failed.has(chart.path) && chart.unreadDependencies.length === 0;
    const own = [...(templates.get(chart) ?? [])].map(([file, text]) => ({ file, text }));
    const dependencies = chart.subcharts.flatMap(({ directory, values }) =>
      directory === undefined || values === undefined
        ? []
        : { file: join(directory, 'values.yaml'), text: values.text },
    );
    const valuesFiles = stacks.flatMap((stack) => (stack.chart === chart ? stack.values.files : []));
    return [
      { file: join(chart.path, 'Chart.yaml'), text: chart.meta.text, judged },
      ...(chart.values === undefined
        ? []
        : [{ file: join(chart.path, 'values.yaml'), text: chart.values.text, judged }]),
      ...valuesFiles.map(({ path, text }) => ({ file: path, text, judged })),
      ...own.map((entry) => ({ ...entry, judged: judged && entry.file.startsWith(join(chart.path, 'templates/')) })),
      ...dependencies.map((entry) => ({ ...entry, judged: false })),
    ];
  });
  const manifestTexts = manifests.flatMap((scope) =>
    scope.files.map(({ path, text }) => ({ file: path, text, judged: true })),
  );
  return [...new Map([...texts, ...manifestTexts].map((entry) => [entry.file, entry])).values()];
}
