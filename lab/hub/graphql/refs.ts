/** Branches and tags as GraphQL nodes. */

import { isPlainName, type RefEntry } from '../git/repository.ts';
import { visibleRefs } from '../lag.ts';
import { nodeId } from '../urls.ts';
import { compareRefs } from './comparison.ts';
import { type Order, type PageArguments, presentNodes, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { GraphqlError } from './errors.ts';
import { presentObject } from './objects.ts';
import { type PullFilter, presentPulls } from './pulls.ts';

type Node = Record<string, unknown>;

export interface RefFilter extends PageArguments {
  refPrefix: string;
  query?: string | null;
  orderBy?: Order<'ALPHABETICAL' | 'TAG_COMMIT_DATE'> | null;
  direction?: 'ASC' | 'DESC' | null;
}

/** https://docs.github.com/graphql/reference/objects#repository, `refs`. */
export async function presentRefs(request: RepositoryRequest, filter: RefFilter): Promise<unknown> {
  const { refPrefix: prefix, query, orderBy } = filter;
  if (!/^refs\/.*\/$/.test(prefix)) {
    throw new GraphqlError('INVALID', `The ref prefix "${prefix}" must begin with refs/ and end with a slash`);
  }
  const words = (query ?? '').toLowerCase();
  const all = await visibleRefs(request, prefix);
  const found = all.filter(({ ref }) => ref.slice(prefix.length).toLowerCase().includes(words));
  const byDate = orderBy?.field === 'TAG_COMMIT_DATE' && prefix === 'refs/tags/';
  const sorted = byDate ? await sortByCommitDate(request, found) : found;
  if ((orderBy?.direction ?? filter.direction) === 'DESC') sorted.reverse();
  return presentNodes(toConnection(sorted, filter, 'refs'), ({ ref }) => presentRefNode(request, ref));
}

/** Oldest first. `creatordate` would be that of an annotated tag itself. A tag of something other than a commit is first. */
async function sortByCommitDate({ core, repository }: RepositoryRequest, refs: RefEntry[]): Promise<RefEntry[]> {
  const format = '%(refname)%00%(committerdate:unix)%00%(*committerdate:unix)';
  const list = await core.git(repository).git(['for-each-ref', `--format=${format}`, 'refs/tags/']);
  const dates = new Map(
    list.split('\n').map((line) => {
      const [ref = '', own, peeled] = line.split('\0');
      return [ref, Number(own || peeled || 0)];
    }),
  );
  const date = ({ ref }: RefEntry): number => dates.get(ref) ?? 0;
  return refs.toSorted((a, b) => date(a) - date(b));
}

/** Resolves a short name as GitHub does: first as a branch, then as a tag. */
export async function findRef(request: RepositoryRequest, name: string): Promise<Node | null> {
  if (!isPlainName(name)) return null;
  const names = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  for (const candidate of names) {
    const found = await presentRefNode(request, candidate);
    if (found) return found;
  }
  return null;
}

export async function presentRefNode(request: RepositoryRequest, ref: string): Promise<Node | null> {
  const { core, repository } = request;
  const found = await core.git(repository).ref(ref);
  if (!found) return null;
  const [, prefix = '', name = ''] = /^(refs\/[^/]+\/)(.+)$/.exec(ref) ?? [];
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repository.id}:${ref}`),
    name,
    prefix,
    repository: () => request.repositoryNode(repository),
    branchProtectionRule: null,
    target: () => presentObject(request, found.oid),
    compare: ({ headRef }: { headRef: string }) => compareRefs(request, ref, headRef),
    associatedPullRequests: (filter: PullFilter) =>
      presentPulls(request, { ...filter, headRefName: name }, 'associatedPullRequests'),
  };
}
