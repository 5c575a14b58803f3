import { DEFAULTS, type ValuesCase } from '../../src/cases/values-case.ts';
import type { Chart } from '../../src/charts/chart.ts';
import { type ChartFile, yamlFile } from '../../src/charts/chart-file.ts';
import type { Subchart, TemplateSource } from '../../src/charts/subcharts.ts';
import type { Path } from '../../src/data.ts';
import { createLocator } from '../../src/locate/locate.ts';
import { createReader } from '../../src/manifests/read.ts';
import type { Problem } from '../../src/rules/rule.ts';

export interface Example {
  template: string;
  helpers?: string;
  values?: string;
  /** Values of the case. */
  over?: string;
  /** What the template renders. The last object is located. */
  rendered: string;
}

export const FILE = 'helm/shop/templates/web.yaml';

const subchart = (keys: string[], directory: string, values: ChartFile | undefined): Subchart => ({
  keys,
  name: directory.slice(directory.lastIndexOf('/') + 1),
  kubeVersion: undefined,
  directory,
  values,
});

/** The chart `shop`, with two subcharts. */
export function chart(values: string | undefined): Chart {
  return {
    path: 'helm/shop',
    name: 'shop',
    type: 'application',
    version: '1.0.0',
    appVersion: '1.0.0',
    kubeVersion: undefined,
    subcharts: [
      subchart(['store'], 'helm/shop/charts/cache', yamlFile('size: 1\n')),
      subchart(['store', 'deep'], 'helm/shop/charts/cache/charts/deep', undefined),
    ],
    meta: yamlFile('name: shop'),
    values: values === undefined ? undefined : yamlFile(values),
    valuesSchema: undefined,
    unreadDependencies: [],
    externalReferences: [],
  };
}

/** The location of a path of the last object in the example, as `FILE:LINE`, with the prefix `~` when it is approximate. */
export function locate(
  example: Example,
  path: Path,
  about: Problem['about'] = 'value',
  source: TemplateSource = { file: FILE, keys: [] },
): string {
  const templates = new Map([[source.file, example.template]]);
  if (example.helpers !== undefined) templates.set('helm/shop/templates/_helpers.tpl', example.helpers);
  const locator = createLocator(chart(example.values), templates);
  const { resources } = createReader().rendered(
    `---\n# Source: x/y\n${example.rendered.replaceAll('\n---\n', '\n---\n# Source: x/y\n')}`,
    () => source,
  );
  const resource = resources.at(-1);
  if (resource === undefined) throw new Error('the example renders nothing');
  const caseValues: ValuesCase =
    example.over === undefined
      ? DEFAULTS
      : {
          name: 'ci/over.yaml',
          files: [{ path: 'helm/shop/ci/over.yaml', text: example.over, value: yamlFile(example.over).value }],
        };
  const { file: found, line, exact } = locator.problem({ resource, path, about, message: '' }, caseValues);
  return `${exact ? '' : '~'}${found.replace('helm/shop/', '')}:${line}`;
}
