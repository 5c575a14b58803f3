import type { Chart } from '../charts/chart.ts';
import type { ChartProblem, ChartRule } from './rule.ts';

/** https://semver.org, the grammar that Helm asks for: three numbers, pre-release and build. */
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

const inMeta = (path: string[], message: string): ChartProblem[] => [{ file: 'Chart.yaml', path, message }];

export const chartVersion: ChartRule = {
  id: 'chart-version',
  level: 'error',
  title: "A chart's version is no semantic version",
  help: 'Helm and Argo CD order charts by it: three numbers, like 1.4.2, without a leading v.',
  checkChart: ({ version }: Chart) =>
    version !== undefined && SEMVER.test(version)
      ? []
      : inMeta(['version'], version === undefined ? 'has no version' : `version ${version} is not a semantic version`),
};

export const chartAppVersion: ChartRule = {
  id: 'chart-app-version',
  level: 'note',
  title: "A chart's appVersion is missing or no semantic version",
  help: 'It says which version of the application the chart installs, and people compare it. Put it in quotes.',
  checkChart: ({ appVersion, type }: Chart) => {
    if (type === 'library' || (appVersion !== undefined && SEMVER.test(appVersion.replace(/^v/, '')))) return [];
    return inMeta(
      ['appVersion'],
      appVersion === undefined ? 'has no appVersion' : `appVersion ${appVersion} is not a semantic version`,
    );
  },
};

export const chartKubeVersion: ChartRule = {
  id: 'chart-kube-version',
  level: 'note',
  title: 'A chart does not say which Kubernetes it runs on',
  help: 'With `kubeVersion: ">=1.30.0-0"` Helm refuses a cluster that is too old, before anything is changed. The `-0` lets in the versions that clouds append to.',
  checkChart: ({ kubeVersion, type }: Chart) =>
    type === 'library' || kubeVersion !== undefined ? [] : inMeta(['kubeVersion'], 'has no kubeVersion'),
};
