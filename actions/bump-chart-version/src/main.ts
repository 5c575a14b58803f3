import { annotate, group, info } from '../../lib/runner/commands.ts';
import { type Context, readContext } from '../../lib/runner/context.ts';
import type { Environment } from '../../lib/runner/inputs.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { type CommitContext, commitToBranch } from './commit/commit.ts';
import { unifiedDiff } from './files/diff.ts';
import { editWorktree } from './files/worktree.ts';
import { createPullRequests } from './github/pull-requests.ts';
import { createReader, createRepository } from './github/repository.ts';
import type { Settings } from './inputs/settings.ts';
import { type Outcome, setOutcomeOutputs } from './outputs.ts';
import { commitToPullRequest } from './pull-requests/pull-request.ts';
import { formatHeadline, formatSummary, warningsOf } from './summary.ts';

/** Of each request: each attempt repeats them all. */
const MAX_REQUEST_RETRIES = 4;

/** From the settings to a change and its report. */
export async function main(settings: Settings, env: Environment): Promise<void> {
  warn(settings.warnings);
  const outcome = await applyChanges(settings, env);

  const diff = unifiedDiff(outcome.plan.files);
  await setOutcomeOutputs(outcome, diff);
  warn(warningsOf(outcome.plan));
  if (settings.dryRun && outcome.plan.reports.length > 0)
    await group('Images in the files', async () => info(outcome.plan.reports.join('\n')));
  if (diff !== '') await group('Diff', async () => info(diff));
  info(formatHeadline(outcome, settings.dryRun));
  if (settings.summary) await writeSummary(formatSummary(outcome, settings.dryRun));
}

function warn(messages: readonly string[]): void {
  for (const message of messages) annotate({ level: 'warning', title: 'bump-chart-version', message });
}

/** Changes the checkout, a branch, or a pull request. */
async function applyChanges(settings: Settings, env: Environment): Promise<Outcome> {
  if (settings.mode === 'worktree' || settings.repository === undefined) {
    const plan = await editWorktree(settings, env.GITHUB_WORKSPACE || process.cwd());
    return { plan, branch: '', attempts: 1, commit: undefined, pullRequest: undefined };
  }
  const context = readContext(env);
  const reader = await createReader(settings.repository, {
    token: settings.token,
    apiUrl: context.apiUrl,
    graphqlUrl: context.graphqlUrl,
    retries: Math.min(settings.retries, MAX_REQUEST_RETRIES),
  });
  const repository = createRepository(reader);
  const commitContext: CommitContext = {
    origin: { repository: context.repository, sha: context.sha, runUrl: runUrlOf(context) },
    retry: { retries: settings.retries },
    onCommit: setOutcomeOutputs,
  };
  return settings.mode === 'commit'
    ? commitToBranch(settings, repository, commitContext)
    : commitToPullRequest(settings, { ...repository, ...createPullRequests(reader) }, commitContext);
}

const runUrlOf = ({ serverUrl, repository, runId }: Context): string | undefined =>
  runId === undefined ? undefined : `${serverUrl}/${repository}/actions/runs/${runId}`;
