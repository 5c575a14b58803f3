import type { Request } from '../inputs/settings.ts';
import { readYaml, type YamlFile } from '../yaml/source.ts';
import { type Chart, inChart, readChart } from './chart.ts';

/** Whether a directory without Chart.yaml will do: one of values files, of a kustomization or of manifests, which has no version. */
export const allowsNoChart = ({ version, appVersion }: Pick<Request, 'version' | 'appVersion'>): boolean =>
  version.kind === 'none' && appVersion.kind !== 'text';

/** The chart in a directory; without Chart.yaml one that has only its directory's name. */
export function chartAt(path: string, files: ReadonlyMap<string, YamlFile>): Chart | { problem: string } {
  const chartFile = inChart(path, 'Chart.yaml');
  const file = files.get(chartFile);
  if (file !== undefined) return readChart(path, file);
  const name = path.split('/').at(-1) ?? path;
  return { path, file: readYaml(chartFile, new Uint8Array()), name, version: '', appVersion: undefined };
}
