import { join } from 'node:path/posix';
import type { ValuesCase } from '../cases/values-case.ts';
import type { Chart } from '../charts/chart.ts';
import { templateSource } from '../charts/subcharts.ts';
import { listAt, type Path, textAt } from '../data.ts';
import type { HelmMessage } from '../helm/messages.ts';
import type { Material } from '../inputs/scan-input.ts';
import { type Locator, type Place, placeInManifest } from '../locate/locate.ts';
import { faultText } from '../manifests/read.ts';
import { resourceLabel } from '../manifests/resource.ts';
import { REPEATED_KEY, readYaml } from '../manifests/yaml.ts';
import type { LintedStack, RenderedCase } from '../render.ts';
import { engineRules } from '../rules/engine.ts';
import { chartRules } from '../rules/index.ts';
import type { RuleInfo } from '../rules/rule.ts';
import type { CaseId, Findings } from './findings.ts';

/** What the chart's own files do wrong. */
export function reportChart(chart: Chart, findings: Findings): void {
  const id: CaseId = { subject: chart.path, values: '', kubeVersion: '' };
  // Of what cannot be read, Helm says itself what is wrong.
  for (const rule of chart.meta.fault === undefined ? chartRules : [])
    for (const { file, path, message } of rule.checkChart(chart))
      findings.add({
        rule,
        case: id,
        path,
        message: `${chart.name}/${file}: ${message}`,
        place: () => placeInFile(chart, file, path),
      });
  const fault = chart.valuesSchema?.fault;
  if (fault !== undefined) {
    const place = { file: join(chart.path, 'values.schema.json'), line: fault.line, exact: false };
    findings.add({
      rule: engineRules.yaml,
      case: id,
      path: [],
      message: `values.schema.json is no JSON: ${fault.message}`,
      place: () => place,
    });
  }
  reportDependencies(chart, id, findings);
}

/** What keeps Helm from a chart, or from the schemas of its values. */
function reportDependencies(chart: Chart, id: CaseId, findings: Findings): void {
  for (const { file, why } of chart.unread)
    findings.add({
      rule: engineRules.dependencyUnreadable,
      case: id,
      path: [],
      message: `${file} cannot be read: ${why}`,
      place: () => ({ file, line: 1, exact: true }),
    });
  for (const { schema, reference } of chart.foreignReferences) {
    const { file, inside, text } = schema;
    const where = inside === undefined ? file : `${inside} in ${file}`;
    findings.add({
      rule: engineRules.valuesSchemaReference,
      case: id,
      path: [],
      message: `${where} refers to ${JSON.stringify(reference)}, which is not in it`,
      place: () => (inside === undefined ? placeOfText(file, text, reference) : { file, line: 1, exact: true }),
    });
  }
}

/** The first line of a JSON text with this string. One that is written with escapes is not found. */
function placeOfText(file: string, text: string, string: string): Place {
  const at = text.indexOf(JSON.stringify(string));
  return { file, line: text.slice(0, Math.max(at, 0)).split('\n').length, exact: at >= 0 };
}

function placeInFile(chart: Chart, file: string, path: Path): Place {
  const texts: Record<string, string | undefined> = {
    'Chart.yaml': chart.meta.text,
    'values.schema.json': chart.valuesSchema?.text,
    'values.yaml': chart.values?.text,
  };
  const found = readYaml(texts[file] ?? '')[0]?.find(path);
  return {
    file: join(chart.path, file),
    line: path.length === 0 ? 1 : (found?.line ?? 1),
    exact: found?.depth === path.length,
  };
}

/** Helm takes the last of two equal keys without a word; of every other fault in values it speaks itself. */
export function reportRepeatedKeys(chart: Chart, values: ValuesCase, findings: Findings): void {
  const own = chart.values === undefined ? [] : [{ path: join(chart.path, 'values.yaml'), ...chart.values }];
  for (const { path, fault } of [...own, ...values.files]) {
    if (fault?.message !== REPEATED_KEY) continue;
    findings.add({
      rule: engineRules.yaml,
      case: { subject: chart.path, values: '', kubeVersion: '' },
      path: [],
      message: `${path} has a key twice`,
      place: () => ({ file: path, line: fault.line, exact: true }),
    });
  }
}

/** Why a case was not rendered. */
export function reportFailures(rendered: RenderedCase, locator: Locator, findings: Findings): void {
  const { chart, values } = rendered.stack;
  // Its own findings say why.
  if (chart.unread.length > 0) return;
  for (const { message, at } of rendered.failures) {
    const file = at.in === 'rendered' ? templateSource(chart, at.file).file : undefined;
    const broken = rendered.unreadable.find((each) => each.file === file);
    const place = () =>
      broken === undefined ? placeOf(at, chart, values, locator) : locator.excerpt(broken.file, broken.excerpt);
    const said = at.in === 'name' ? nameFault(values, message) : readable(message, at, values);
    const text = broken === undefined || broken.excerpt === '' || broken.secret ? said : `${said}: ${broken.excerpt}`;
    findings.add({ rule: engineRules.helmRender, case: rendered.id, path: [], message: text, place });
  }
}

const LINT_RULES: Record<HelmMessage['level'], RuleInfo> = {
  error: engineRules.helmLint,
  warning: engineRules.helmLintWarning,
  note: engineRules.helmLintInfo,
};

/**
 * What `helm lint` says beyond what rendering showed.
 * @param failed whether a case of the same stack was not rendered: the linter then says the same once more
 */
export function reportLint(
  { stack, messages }: LintedStack,
  failed: boolean,
  locator: Locator,
  findings: Findings,
): void {
  const { chart, values } = stack;
  const id: CaseId = { subject: chart.path, values: values.name, kubeVersion: '' };
  for (const { level, message, at } of messages) {
    const aboutMeta = 'file' in at && at.file === 'Chart.yaml' && chart.meta.fault === undefined;
    const repeats = failed && (level === 'error' || at.in === 'meta') && !aboutMeta;
    // Looked at here too: deprecations for each version and not only the linter's, and the chart's version.
    if (repeats || /is deprecated in v1\.\d+\+|is not a valid SemVer/.test(message)) continue;
    findings.add({
      rule: LINT_RULES[level],
      case: id,
      path: [],
      message,
      place: () => placeOf(at, chart, values, locator),
    });
  }
}

/** The values file of the case that Helm names by its absolute path. */
const valuesFile = (file: string, { files }: ValuesCase): string | undefined =>
  files.find(({ path }) => file.replaceAll('\\', '/').endsWith(`/${path}`))?.path;

/** The sentence with the file's name in the repository: the same on every runner, as the fingerprint must be. */
function readable(message: string, at: HelmMessage['at'], values: ValuesCase): string {
  const given = at.in === 'file' ? valuesFile(at.file, values) : undefined;
  return at.in === 'file' && given !== undefined ? message.replaceAll(at.file, given) : message;
}

function placeOf(at: HelmMessage['at'], chart: Chart, values: ValuesCase, locator: Locator): Place {
  switch (at.in) {
    case 'template':
      return locator.line(templateSource(chart, at.file).file, at.line, true);
    case 'rendered': {
      // The linter names a template without its chart.
      const own = at.file.startsWith('templates/');
      return locator.line(own ? join(chart.path, at.file) : templateSource(chart, at.file).file, at.line, false);
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
      return file === undefined ? nowhere(chart, locator) : { file, line: 1, exact: true };
    }
    case 'meta':
      return placeInFile(chart, 'Chart.yaml', metaPath(at, chart));
    case 'chart':
      return nowhere(chart, locator);
  }
}

const nowhere = (chart: Chart, locator: Locator): Place => locator.line(join(chart.path, 'Chart.yaml'), 1, false);

/** The first values file whose name Helm takes for a faulty address: it has a `%` that begins no escape. */
const misnamed = ({ files }: ValuesCase): string | undefined =>
  files.find(({ path }) => /%(?![\da-f]{2})/i.test(path))?.path;

function nameFault(values: ValuesCase, message: string): string {
  const file = misnamed(values);
  return file === undefined
    ? message
    : `Helm cannot open the values file ${JSON.stringify(file)}: it reads the name as an address, in which a % begins an escape. Give the file another name`;
}

function metaPath(at: Extract<HelmMessage['at'], { in: 'meta' }>, { meta }: Chart): Path {
  if (at.key === 'kubeVersion') return [at.key];
  const index = listAt(meta.value, at.key).findIndex((each) => textAt(each, 'name') === at.name);
  return index < 0 ? [at.key] : [at.key, index];
}

const CRDS_CASE: CaseId = { subject: 'crds', values: '', kubeVersion: '' };

/** A definition that cannot be read or used validates nothing, which must not look like a pass. */
export function reportCrds(
  { brokenCrds, faultyCrds }: Pick<Material, 'brokenCrds' | 'faultyCrds'>,
  findings: Findings,
): void {
  for (const document of brokenCrds) {
    const { file, line } = document;
    findings.add({
      rule: engineRules.yaml,
      case: CRDS_CASE,
      path: [],
      message: `in ${file}: ${faultText(document)}`,
      place: () => ({ file, line, exact: true }),
    });
  }
  for (const problem of faultyCrds) {
    const { resource, path, message } = problem;
    findings.add({
      rule: engineRules.definitionUnusable,
      case: CRDS_CASE,
      resource: resourceLabel(resource),
      path,
      // The same definition may lie in several charts.
      message: `in ${resource.source.file}: ${message}`,
      place: () => placeInManifest(problem),
    });
  }
}
