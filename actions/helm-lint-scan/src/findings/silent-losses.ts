import { join } from 'node:path/posix';
import type { ValuesCase } from '../cases/values-case.ts';
import type { Chart } from '../charts/chart.ts';
import { findStrayValues } from '../charts/subchart-values.ts';
import { readYaml } from '../manifests/yaml.ts';
import { engineRules } from '../rules/engine.ts';
import type { CaseId, Findings } from './findings.ts';
import { findUnknownEvents } from './hook-events.ts';

/** The templates of a chart and its dependencies, by path in the repository. */
type Templates = ReadonlyMap<string, string>;

const idOf = ({ path }: Chart): CaseId => ({ subject: path, values: '', kubeVersion: '' });

/** Report hooks with an event that Helm does not know. Helm leaves them out of what it renders and installs. */
export function reportUnknownHooks(chart: Chart, templates: Templates, findings: Findings): void {
  for (const [file, text] of templates)
    for (const { line, event, suggestion } of text.includes('helm.sh/hook') ? findUnknownEvents(text) : [])
      findings.add({
        rule: engineRules.hookUnknown,
        case: idOf(chart),
        path: [],
        document: file,
        message: `the hook event ${JSON.stringify(event)} is unknown${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
        location: () => ({ file, line, exact: true }),
      });
}

/** Report values for dependencies that no dependency has. Helm ignores them. */
export function reportStrayValues(
  { chart, values }: { chart: Chart; values: ValuesCase },
  templates: Templates,
  findings: Findings,
): void {
  if (chart.subcharts.length === 0) return;
  const own = chart.values === undefined ? [] : [{ path: join(chart.path, 'values.yaml'), ...chart.values }];
  for (const file of [...own, ...values.files])
    for (const { path, message } of findStrayValues(chart, file.value, templates))
      findings.add({
        rule: engineRules.subchartValueUnknown,
        case: idOf(chart),
        path,
        document: file.path,
        message,
        location: () => ({ file: file.path, line: readYaml(file.text)[0]?.find(path).line ?? 1, exact: true }),
      });
}
