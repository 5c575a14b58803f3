import { listBetween } from '../git/commits.ts';
import { nodeId } from '../urls.ts';
import { type PageArguments, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { presentCommits, presentObject } from './objects.ts';

type Node = Record<string, unknown>;

/**
 * What `head` has that `base` does not have, and the reverse: https://docs.github.com/graphql/reference/objects#comparison
 * @param base a full ref
 * @returns null when there is no such head, or no common ancestor
 */
export async function compareRefs(request: RepositoryRequest, base: string, head: string): Promise<Node | null> {
  const { core, repository } = request;
  const git = core.git(repository);
  const [baseOid, headOid] = await Promise.all([git.resolveCommit(base), git.resolveCommit(head)]);
  if (!baseOid || !headOid || !(await git.mergeBase(baseOid, headOid))) return null;
  const [ahead, behind] = await Promise.all([
    listBetween(git, { base: baseOid, head: headOid }),
    listBetween(git, { base: headOid, head: baseOid }),
  ]);
  return {
    __typename: 'Comparison',
    id: nodeId('Comparison', `${repository.id}:${baseOid}...${headOid}`),
    aheadBy: ahead.length,
    behindBy: behind.length,
    status: toStatus(ahead.length, behind.length),
    baseTarget: () => presentObject(request, baseOid),
    headTarget: () => presentObject(request, headOid),
    // Oldest first, as the REST API lists them.
    commits: (page: PageArguments) => presentCommits(request, toConnection(ahead, page, 'commits')),
  };
}

function toStatus(ahead: number, behind: number): 'AHEAD' | 'BEHIND' | 'DIVERGED' | 'IDENTICAL' {
  if (ahead > 0 && behind > 0) return 'DIVERGED';
  if (ahead > 0) return 'AHEAD';
  return behind > 0 ? 'BEHIND' : 'IDENTICAL';
}
