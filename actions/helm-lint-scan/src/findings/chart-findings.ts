import { join } from 'node:path/posix';
import type { ValuesCase } from '../cases/values-case.ts';
import type { Chart } from '../charts/chart.ts';
import type { Path } from '../data.ts';
import type { ScanInput } from '../inputs/scan-input.ts';
import { locateInManifest } from '../locate/locate.ts';
import type { Location } from '../locate/location.ts';
import { problemText } from '../manifests/read.ts';
import { resourceDocument, resourceLabel } from '../manifests/resource.ts';
import { readYaml } from '../manifests/yaml.ts';
import { engineRules } from '../rules/engine.ts';
import { chartRules } from '../rules/index.ts';
import type { CaseId, Findings } from './findings.ts';

/** Report problems in the chart's own files. */
export function reportChart(chart: Chart, findings: Findings): void {
  const id: CaseId = { subject: chart.path, values: '', kubeVersion: '' };
  // Helm itself reports a Chart.yaml that cannot be parsed.
  for (const rule of chart.meta.problem === undefined ? chartRules : [])
    for (const { file, path, message, level } of rule.checkChart(chart))
      findings.add({
        rule,
        level,
        case: id,
        path,
        message: `${chart.name}/${file}: ${message}`,
        location: () => locateInFile(chart, file, path),
      });
  const problem = chart.valuesSchema?.problem;
  if (problem !== undefined) {
    const place = { file: join(chart.path, 'values.schema.json'), line: problem.line, exact: false };
    findings.add({
      rule: engineRules.yaml,
      case: id,
      path: [],
      message: `values.schema.json is not JSON: ${problem.message}`,
      location: () => place,
    });
  }
  reportDependencies(chart, id, findings);
}

/** Report why Helm is not run on a chart, or not with the schemas of its values. */
function reportDependencies(chart: Chart, id: CaseId, findings: Findings): void {
  for (const { file, why } of chart.unreadDependencies)
    findings.add({
      rule: engineRules.dependencyUnreadable,
      case: id,
      path: [],
      message: `${file} cannot be read: ${why}`,
      location: () => ({ file, line: 1, exact: true }),
    });
  for (const { schema, reference } of chart.externalReferences) {
    const { file, inside, text } = schema;
    const where = inside === undefined ? file : `${inside} in ${file}`;
    findings.add({
      rule: engineRules.valuesSchemaReference,
      case: id,
      path: [],
      message: `${where} refers to ${JSON.stringify(reference)}, which is outside the schema`,
      location: () => (inside === undefined ? locateString(file, text, reference) : { file, line: 1, exact: true }),
    });
  }
}

/** The first line of a JSON file with this string. A string with escapes is not found. */
function locateString(file: string, text: string, string: string): Location {
  const at = text.indexOf(JSON.stringify(string));
  return { file, line: text.slice(0, Math.max(at, 0)).split('\n').length, exact: at >= 0 };
}

export function locateInFile(chart: Chart, file: string, path: Path): Location {
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

/** Report duplicate keys, of which Helm silently uses the last. It reports every other problem in values itself. */
export function reportDuplicateKeys(chart: Chart, values: ValuesCase, findings: Findings): void {
  const chartValues = chart.values === undefined ? [] : [{ path: join(chart.path, 'values.yaml'), ...chart.values }];
  for (const { path, problem } of [...chartValues, ...values.files]) {
    if (problem?.code !== 'DUPLICATE_KEY') continue;
    findings.add({
      rule: engineRules.yaml,
      case: { subject: chart.path, values: '', kubeVersion: '' },
      path: [],
      message: `${path} has a duplicate key`,
      location: () => ({ file: path, line: problem.line, exact: true }),
    });
  }
}

const CRDS_CASE: CaseId = { subject: 'crds', values: '', kubeVersion: '' };

/** Report definitions that cannot be read or used: they validate nothing, and that must not look like a pass. */
export function reportCrds(
  { brokenCrds, invalidCrds }: Pick<ScanInput, 'brokenCrds' | 'invalidCrds'>,
  findings: Findings,
): void {
  for (const document of brokenCrds) {
    const { file, line } = document;
    findings.add({
      rule: engineRules.yaml,
      case: CRDS_CASE,
      path: [],
      message: `in ${file}: ${problemText(document)}`,
      location: () => ({ file, line, exact: true }),
    });
  }
  for (const problem of invalidCrds) {
    const { resource, path, message } = problem;
    findings.add({
      rule: engineRules.definitionUnusable,
      case: CRDS_CASE,
      resource: resourceLabel(resource),
      document: resourceDocument(resource),
      path,
      // Several charts can have the same definition.
      message: `in ${resource.source.file}: ${message}`,
      location: () => locateInManifest(problem),
    });
  }
}
