import { setOutputs } from '../../lib/runner/outputs.ts';
import type { Committed } from './commit/repository.ts';
import type { ChartResult, Plan } from './plan/plan.ts';
import type { PullRequest } from './pull-requests/pull-requests.ts';

/** What the step did, or would do. */
export interface Outcome {
  plan: Plan;
  /** The branch with the change; empty in mode `worktree`. */
  branch: string;
  attempts: number;
  /** `undefined` when nothing was committed. */
  commit: Committed | undefined;
  pullRequest: PullRequest | undefined;
}

/**
 * Sets all outputs. Called as soon as there is a commit, so that its outputs are set also when a later request fails, and at the end.
 * @param diff known at the end
 */
export async function setOutcomeOutputs(outcome: Outcome, diff?: string): Promise<void> {
  const { plan, branch, attempts, commit, pullRequest } = outcome;
  await setOutputs({
    changed: plan.files.length > 0,
    commit: commit?.oid,
    verified: commit?.verified ?? '',
    branch,
    'pull-request': pullRequest?.number,
    'pull-request-url': pullRequest?.url,
    'chart-version': commonOrByChart(plan.charts, ({ version }) => version),
    'previous-chart-version': commonOrByChart(plan.charts, ({ previous }) => previous),
    'app-version': commonOrByChart(plan.charts, ({ appVersion }) => appVersion),
    files: plan.files.map(({ path }) => path),
    attempts,
    ...(diff === undefined ? {} : { diff }),
  });
}

/** The value that all charts have in common, or a JSON object by chart directory. */
function commonOrByChart(charts: readonly ChartResult[], pick: (chart: ChartResult) => string): string {
  const values = new Set(charts.map(pick));
  const [first = ''] = values;
  return values.size <= 1
    ? first
    : JSON.stringify(Object.fromEntries(charts.map((chart) => [chart.path, pick(chart)])));
}
