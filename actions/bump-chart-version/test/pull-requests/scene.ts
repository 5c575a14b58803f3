import type { Origin } from '../../src/commit/message.ts';
import type { Outcome } from '../../src/outputs.ts';
import { defaultBranchName } from '../../src/pull-requests/branch-name.ts';
import { commitToPullRequest } from '../../src/pull-requests/pull-request.ts';
import type { FakeRepository } from '../fake-repository.ts';
import { settings } from '../helpers.ts';

/** The branch of the pull request for helm/shop. */
export const BRANCH = defaultBranchName(['helm/shop'], 'main');
export const ORIGIN: Origin = { repository: 'octo/shop', sha: undefined, runUrl: undefined };
export const retry = { retries: 3, wait: async () => undefined };
export const onCommit = async (): Promise<void> => undefined;

/** One run in mode `pull-request`. */
export async function bumpInPullRequest(
  repository: FakeRepository,
  inputs: Record<string, string>,
  origin: Origin = ORIGIN,
): Promise<Outcome> {
  const read = await settings({ mode: 'pull-request', ...inputs });
  return commitToPullRequest(read, repository, { origin, retry, onCommit });
}
