import type { ScanInput } from '../inputs/scan-input.ts';
import { engineRules } from '../rules/engine.ts';
import { locateInFile } from './chart-findings.ts';
import type { Findings } from './findings.ts';

/** Report changed charts whose version is not higher than before. */
export function reportUnraisedVersions(
  { charts, unraised }: Pick<ScanInput, 'charts' | 'unraised'>,
  findings: Findings,
): void {
  for (const { chart: path, version, before, ref } of unraised) {
    const chart = charts.find((candidate) => candidate.path === path);
    if (chart === undefined) continue;
    const relation = version === before ? 'is still' : `is ${version}, not above`;
    findings.add({
      rule: engineRules.versionNotRaised,
      case: { subject: path, values: '', kubeVersion: '' },
      path: ['version'],
      message: `${chart.name}/Chart.yaml: the chart has changed, but its version ${relation} ${before}, that of ${ref}`,
      location: () => locateInFile(chart, 'Chart.yaml', ['version']),
    });
  }
}
