import type { Pull } from '../store/types.ts';
import { type PageArguments, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';

/**
 * `Commit.associatedPullRequests`: the merged pull requests that brought the commit in, then open ones that contain it:
 * https://docs.github.com/graphql/reference/objects#commit
 */
export async function presentCommitPulls(request: RepositoryRequest, oid: string, page: PageArguments) {
  const { core, repository } = request;
  const pulls = core.store.pulls
    .list(repository.id)
    .filter(({ state, mergedAt }) => state === 'open' || mergedAt !== null)
    .sort((a, b) => Number(a.mergedAt === null) - Number(b.mergedAt === null) || a.number - b.number);
  const associated: number[] = [];
  for (const pull of pulls) if (await contains(request, pull, oid)) associated.push(pull.number);
  const { pullRequest } = request.repositoryNode(repository) as { pullRequest: (found: { number: number }) => unknown };
  const nodes = associated.map((number) => pullRequest({ number }));
  return toConnection(nodes, page, 'associatedPullRequests');
}

/** Whether a pull request contains a commit, or was merged as that commit. */
async function contains({ core, repository }: RepositoryRequest, pull: Pull, oid: string): Promise<boolean> {
  if (pull.mergeCommitSha === oid) return true;
  const git = core.git(repository);
  const base = pull.mergeCommitSha === null ? pull.baseSha : await git.resolveCommit(`${pull.mergeCommitSha}^1`);
  if (!(await git.isAncestor(oid, pull.headSha))) return false;
  return base === undefined || !(await git.isAncestor(oid, base));
}
