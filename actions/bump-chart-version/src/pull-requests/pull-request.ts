import type { CommitContext } from '../commit/commit.ts';
import type { Repository } from '../commit/repository.ts';
import { retryUntilCommitted } from '../commit/retry.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Outcome } from '../outputs.ts';
import { invitePeople } from './people.ts';
import { publishPullRequest } from './publish.ts';
import type { PullRequest, PullRequests } from './pull-requests.ts';
import { updateBranch } from './update-branch.ts';

/** Retries of the requests after the commit; the input `retries` is for the commit. */
const PULL_REQUEST_RETRIES = 4;

/**
 * Mode `pull-request`: one commit on a separate branch, with one open pull request that is kept up to date. What other runs have proposed on
 * that branch, commits of others and newer versions are kept.
 */
export async function commitToPullRequest(
  settings: Settings,
  repository: Repository & PullRequests,
  context: CommitContext,
): Promise<Outcome> {
  const updated = await retryUntilCommitted(
    (attempts) => updateBranch(settings, repository, { origin: context.origin, attempts }),
    context.retry,
  );
  if (!('outcome' in updated)) return updated;
  const committed = updated.outcome;
  await context.onCommit(committed);
  const retry = { ...context.retry, retries: PULL_REQUEST_RETRIES };
  const withPull = ({ number, url }: PullRequest): Outcome => ({ ...committed, pullRequest: { number, url } });
  const pull = await publishPullRequest(repository, {
    updated,
    retry,
    onOpen: (opened) => context.onCommit(withPull(opened)),
  });
  await invitePeople(settings.pullRequest, repository, { number: pull.number, isNew: updated.pull === undefined });
  const method = settings.pullRequest.autoMerge;
  if (method !== undefined) {
    await retryUntilCommitted(async () => {
      const { isMerged, autoMerge } = await repository.stateOf(pull.number);
      if (!isMerged && autoMerge !== method) await repository.autoMerge(pull, method, committed.commit.oid);
    }, retry);
  }
  return withPull(pull);
}
