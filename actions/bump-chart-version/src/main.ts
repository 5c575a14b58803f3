import { annotate, group, info } from '../../lib/commands.ts';
import { readContext } from '../../lib/context.ts';
import type { Environment } from '../../lib/inputs.ts';
import { readSettings, type Settings } from './inputs.ts';
import type { Origin } from './message.ts';
import type { Outcome } from './outcome.ts';

/** The whole step: settings, change, report. */
export async function main(env: Environment): Promise<void> {
  const settings = await readSettings(env);
  const { headline, notesOf, setResult, summary } = await import('./report.ts');
  const outcome = await change(settings, env, setResult);
  const { unifiedDiff } = await import('./diff.ts');
  const diff = await unifiedDiff(outcome.plan.files);
  await setResult(outcome);
  const { setOutputs, writeSummary } = await import('../../lib/result.ts');
  await setOutputs({ diff });
  for (const note of notesOf(outcome.plan)) annotate({ level: 'warning', title: 'bump-chart-version', message: note });
  if (diff !== '') await group('Diff', async () => info(diff));
  info(headline(outcome, settings.dryRun));
  if (settings.summary) await writeSummary(summary(outcome, settings.dryRun));
}

async function change(
  settings: Settings,
  env: Environment,
  onCommit: (outcome: Outcome) => Promise<void>,
): Promise<Outcome> {
  if (settings.mode === 'worktree' || settings.repository === undefined) {
    const { editWorktree } = await import('./worktree.ts');
    const plan = await editWorktree(settings, env.GITHUB_WORKSPACE || process.cwd());
    return { plan, branch: '', attempts: 1, commit: undefined, pullRequest: undefined };
  }
  const context = readContext(env);
  const runUrl =
    context.runId === undefined
      ? undefined
      : `${context.serverUrl}/${context.repository}/actions/runs/${context.runId}`;
  const origin: Origin = { repository: context.repository, sha: context.sha, runUrl };
  const { connect, openRepository } = await import('./github/repository.ts');
  const reader = await connect(settings.repository, {
    token: settings.token,
    apiUrl: context.apiUrl,
    graphqlUrl: context.graphqlUrl,
  });
  const repository = openRepository(reader);
  const patience = { maxAttempts: settings.maxAttempts };
  if (settings.mode === 'commit') {
    const { commitToBranch } = await import('./commit.ts');
    return commitToBranch(settings, repository, origin, patience, onCommit);
  }
  const [{ proposeChange }, { openProposals }] = await Promise.all([
    import('./pull-request.ts'),
    import('./github/proposals.ts'),
  ]);
  return proposeChange(settings, { ...repository, ...openProposals(reader) }, origin, patience, onCommit);
}
