import { findViolations, passedChecks } from '../refs/changes.ts';
import type { MergeMethod, Pull } from '../store/types.ts';
import { checkState } from './checks.ts';
import type { RepositoryRequest } from './context.ts';

/** Whether the rules let the caller merge it. */
async function isAllowed(request: RepositoryRequest, pull: Pull, method: MergeMethod): Promise<boolean> {
  const after = pull.testMergeSha ?? pull.headSha;
  const move = { ref: `refs/heads/${pull.baseRef}`, before: pull.baseSha, after, byPullRequest: method };
  const sentences = await findViolations(request, move, {
    passedChecks: async () => passedChecks(request, pull.headSha),
  });
  return sentences.length === 0;
}

/** Whether it could be merged at once. GitHub then rejects automatic merging. */
export async function isClean(request: RepositoryRequest, pull: Pull, method: MergeMethod): Promise<boolean> {
  return pull.state === 'open' && pull.testMergeSha !== null && (await isAllowed(request, pull, method));
}

/** https://docs.github.com/graphql/reference/enums#mergestatestatus */
export async function mergeStateStatus(request: RepositoryRequest, pull: Pull): Promise<string> {
  if (pull.state === 'closed') return 'UNKNOWN';
  if (pull.testMergeSha === null) return 'DIRTY';
  if (pull.draft) return 'DRAFT';
  if (!(await isAllowed(request, pull, 'merge'))) return 'BLOCKED';
  const state = checkState(request, pull.headSha);
  return state === 'SUCCESS' || state === undefined ? 'CLEAN' : 'UNSTABLE';
}
