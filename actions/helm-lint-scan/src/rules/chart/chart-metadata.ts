import type { Chart } from '../../charts/chart.ts';
import type { ChartProblem, ChartRule } from '../rule.ts';

/** https://semver.org, the grammar that Helm asks for: three numbers, pre-release and build. */
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

const chartYamlProblem = (path: string[], message: string): ChartProblem[] => [{ file: 'Chart.yaml', path, message }];

export const chartVersion: ChartRule = {
  id: 'chart-version',
  level: 'error',
  title: "A chart's version is not a semantic version",
  help: 'Helm and Argo CD compare charts by it: three numbers, such as 1.4.2. A leading v is a warning: Helm accepts it.',
  checkChart: ({ version }: Chart) => {
    if (version === undefined) return chartYamlProblem(['version'], 'has no version');
    if (SEMVER.test(version)) return [];
    // Helm accepts it, and so do registries: https://github.com/helm/helm/blob/main/pkg/chart/v2/metadata.go
    const hasPrefix = SEMVER.test(version.replace(/^v/, ''));
    const message = `version ${version} ${hasPrefix ? 'has a leading v, which is not part of a semantic version' : 'is not a semantic version'}`;
    return chartYamlProblem(['version'], message).map((problem) =>
      hasPrefix ? { ...problem, level: 'warning' } : problem,
    );
  },
};

export const chartAppVersion: ChartRule = {
  id: 'chart-app-version',
  level: 'note',
  title: "A chart's appVersion is missing or not a semantic version",
  help: 'It is the version of the application that the chart installs. Put it in quotes.',
  checkChart: ({ appVersion, type }: Chart) => {
    if (type === 'library' || (appVersion !== undefined && SEMVER.test(appVersion.replace(/^v/, '')))) return [];
    return chartYamlProblem(
      ['appVersion'],
      appVersion === undefined ? 'has no appVersion' : `appVersion ${appVersion} is not a semantic version`,
    );
  },
};

export const chartKubeVersion: ChartRule = {
  id: 'chart-kube-version',
  level: 'note',
  title: 'A chart does not declare its Kubernetes versions',
  help: 'With `kubeVersion: ">=1.30.0-0"` Helm refuses a cluster that is too old, before anything is changed. The `-0` allows the suffixes that clouds add to versions.',
  checkChart: ({ kubeVersion, type }: Chart) =>
    type === 'library' || kubeVersion !== undefined ? [] : chartYamlProblem(['kubeVersion'], 'has no kubeVersion'),
};
