import { join } from 'node:path/posix';
import type { ValuesCase } from '../cases/values-case.ts';
import type { Chart } from '../charts/chart.ts';
import { templateSource } from '../charts/subcharts.ts';
import { listAt, type Path, stringAt } from '../data.ts';
import type { HelmMessage } from '../helm/messages.ts';
import type { Locator } from '../locate/locate.ts';
import type { Location } from '../locate/location.ts';
import type { Resource } from '../manifests/resource.ts';
import type { LintedStack, RenderedCase, Stack } from '../render.ts';
import { engineRules } from '../rules/engine.ts';
import type { RuleInfo } from '../rules/rule.ts';
import { locateInFile } from './chart-findings.ts';
import type { CaseId, Findings } from './findings.ts';
import { findLintBug } from './lint-bugs.ts';
import { findRefusedName, isSeparatorBug, locateInMeta, TRIMMED_SEPARATOR } from './lint-lines.ts';
import { repeatsSchema } from './lint-repeats.ts';

/** Report why a case was not rendered. */
export function reportFailures(rendered: RenderedCase, locator: Locator, findings: Findings): void {
  const { stack } = rendered;
  const { chart, values } = stack;
  // Reported for the dependencies that cannot be read.
  if (chart.unreadDependencies.length > 0) return;
  for (const { message, at } of rendered.failures) {
    const file = at.in === 'rendered' ? templateSource(chart, at.file).file : undefined;
    const broken = rendered.unreadable.find((document) => document.file === file);
    const location = () =>
      broken === undefined ? locateMessage(at, stack, locator) : locator.excerpt(broken.file, broken.excerpt);
    const said = at.in === 'name' ? nameFault(values, message) : withRepositoryPath(message, at, values);
    const text = broken === undefined || broken.excerpt === '' || broken.secret ? said : `${said}: ${broken.excerpt}`;
    findings.add({ rule: engineRules.helmRender, case: rendered.id, path: [], message: text, location });
  }
}

const LINT_RULES: Record<HelmMessage['level'], RuleInfo> = {
  error: engineRules.helmLint,
  warning: engineRules.helmLintWarning,
  note: engineRules.helmLintInfo,
};

/**
 * Report what `helm lint` prints beyond what rendering showed.
 * @param linted in `failed`, whether a case of the same stack was not rendered: the linter then repeats its errors; in `resources`,
 * those of one case of the same stack
 */
export function reportLint(
  { stack, messages, failed, resources }: LintedStack & { failed: boolean; resources: readonly Resource[] },
  locator: Locator,
  findings: Findings,
): void {
  const { chart, values } = stack;
  const id: CaseId = { subject: chart.path, values: values.name, kubeVersion: '' };
  const lists = new Set(resources.flatMap(({ prefix, source }) => (prefix.length > 0 ? source.file : [])));
  const isList = (template: string): boolean => lists.has(join(chart.path, template));
  for (const { level, message, at } of messages) {
    const aboutMeta = 'file' in at && at.file === 'Chart.yaml' && chart.meta.problem === undefined;
    const repeats = failed && (level === 'error' || at.in === 'meta') && !aboutMeta;
    // The action checks these itself: deprecations for each version of Kubernetes, and the chart's version.
    const bug = failed ? undefined : findLintBug(message, isList);
    if (repeatsSchema(message, id, { resources, findings: () => findings.list() })) continue;
    if (repeats || /is deprecated in v1\.\d+\+|is not a valid SemVer/.test(message)) continue;
    findings.add({
      rule: bug === undefined ? LINT_RULES[level] : engineRules.helmLintInfo,
      case: id,
      path: [],
      message: bug === undefined ? message : `${message} (Helm renders it; this is a bug of helm lint: ${bug})`,
      location: () => locateLint({ message, at }, { stack, resources, locator }),
    });
  }
}

interface LintContext {
  stack: Stack;
  resources: readonly Resource[];
  locator: Locator;
}

/** The linter often names only the file. */
function locateLint(
  { message, at }: Pick<HelmMessage, 'message' | 'at'>,
  { stack, resources, locator }: LintContext,
): Location {
  const { chart, values } = stack;
  if (at.in === 'file' && at.file === 'Chart.yaml' && at.line === 1)
    return locateInMeta(chart, message) ?? locateMessage(at, stack, locator);
  if (!('file' in at)) return locateMessage(at, stack, locator);
  const file = join(chart.path, at.file);
  const refused = findRefusedName(message, file, resources);
  if (refused !== undefined)
    return locator.problem({ resource: refused, path: ['metadata', 'name'], about: 'value', message }, values);
  return (
    (isSeparatorBug({ message }) ? locator.only(file, TRIMMED_SEPARATOR) : undefined) ??
    locateMessage(at, stack, locator)
  );
}

/** The values file of the case, from its absolute path in Helm's message. */
const valuesFile = (file: string, { files }: ValuesCase): string | undefined =>
  files.find(({ path }) => file.replaceAll('\\', '/').endsWith(`/${path}`))?.path;

/** The message with the file's path in the repository. It must be the same on every runner, as the fingerprint is. */
function withRepositoryPath(message: string, at: HelmMessage['at'], values: ValuesCase): string {
  const given = at.in === 'file' ? valuesFile(at.file, values) : undefined;
  return at.in === 'file' && given !== undefined ? message.replaceAll(at.file, given) : message;
}

function locateMessage(
  at: HelmMessage['at'],
  { chart, values }: Pick<Stack, 'chart' | 'values'>,
  locator: Locator,
): Location {
  switch (at.in) {
    case 'template':
      return locator.line(templateSource(chart, at.file).file, at.line, true);
    case 'rendered': {
      // The linter's name of a template lacks the chart.
      const isChartTemplate = at.file.startsWith('templates/');
      return locator.line(
        isChartTemplate ? join(chart.path, at.file) : templateSource(chart, at.file).file,
        at.line,
        false,
      );
    }
    case 'values':
      return locator.value(at.path, values, at.chart);
    case 'file': {
      const given = valuesFile(at.file, values);
      if (given !== undefined) return { file: given, line: at.line, exact: true };
      return locator.line(join(chart.path, at.file), at.line, at.line > 1);
    }
    case 'name': {
      const file = misnamed(values);
      return file === undefined ? chartLocation(chart, locator) : { file, line: 1, exact: true };
    }
    case 'meta':
      return locateInFile(chart, 'Chart.yaml', metaPath(at, chart));
    case 'chart':
      return chartLocation(chart, locator);
  }
}

const chartLocation = (chart: Chart, locator: Locator): Location =>
  locator.line(join(chart.path, 'Chart.yaml'), 1, false);

/** The first values file whose name Helm parses as an invalid URL: it has a `%` that begins no escape. */
const misnamed = ({ files }: ValuesCase): string | undefined =>
  files.find(({ path }) => /%(?![\da-f]{2})/i.test(path))?.path;

function nameFault(values: ValuesCase, message: string): string {
  const file = misnamed(values);
  return file === undefined
    ? message
    : `Helm cannot open the values file ${JSON.stringify(file)}: it parses the name as a URL, in which % begins an escape. Rename the file`;
}

function metaPath(at: Extract<HelmMessage['at'], { in: 'meta' }>, { meta }: Chart): Path {
  if (at.key === 'kubeVersion') return [at.key];
  const index = listAt(meta.value, at.key).findIndex((dependency) => stringAt(dependency, 'name') === at.name);
  return index < 0 ? [at.key] : [at.key, index];
}
