import type { Chart } from '../charts/chart.ts';
import { type ChartChanges, keyChanges } from '../charts/chart-changes.ts';
import { chartAt } from '../charts/chart-directory.ts';
import type { Request } from '../inputs/settings.ts';
import { type Rollback, shortId } from './rollback.ts';

/** The changes after which a chart has the version and the appVersion that it had at the commit. */
export function chartRollback(
  chart: Chart,
  { version: rule, appVersion: appRule }: Pick<Request, 'version' | 'appVersion'>,
  { commit, files }: Rollback,
): (ChartChanges & { warnings: string[] }) | { problem: string } {
  const old = chartAt(chart.path, files);
  const commitName = `the commit ${shortId(commit)}`;
  if ('problem' in old) return { problem: `${old.problem} at ${commitName}` };
  const result: ChartChanges & { warnings: string[] } = { changes: [], warnings: [] };
  const kept = { version: rule.kind === 'none', appVersion: appRule.kind === 'none' };
  for (const key of ['version', 'appVersion'] as const) {
    const [now = '', former = ''] = [chart[key], old[key]];
    if (kept[key] || now === former) continue;
    if (now === '' || former === '') {
      const what = former === '' ? `had no ${key} at ${commitName}` : `has no ${key} now, and had ${former}`;
      result.warnings.push(`${chart.file.path} ${what}; it is not changed`);
      continue;
    }
    const changed = keyChanges(chart, { key, text: former, create: false }, result.changes);
    if ('problem' in changed) return changed;
    result.changes.push(...changed.changes);
    result[key] = former;
  }
  return result;
}
