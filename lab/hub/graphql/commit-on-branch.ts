import { ApiError } from '../errors.ts';
import { type IndexEntry, writeBlobs, writeCommit, writeTree } from '../git/commits.ts';
import { isSafePath } from '../git/paths.ts';
import { StaleRefError } from '../git/repository.ts';
import { moveRef } from '../refs/changes.ts';
import type { Repository } from '../store/types.ts';
import { type Context, demand, repositoryNamed, repositoryWithId } from './context.ts';
import { GraphqlFault } from './errors.ts';
import { presentCommitNode } from './objects.ts';
import { presentRefNode } from './repository.ts';

interface FileChanges {
  additions?: { path: string; contents: string }[] | null;
  deletions?: { path: string }[] | null;
}

export interface CommitOnBranchInput {
  branch: { id?: string | null; repositoryNameWithOwner?: string | null; branchName?: string | null };
  message: { headline: string; body?: string | null };
  expectedHeadOid: string;
  fileChanges?: FileChanges | null;
  clientMutationId?: string | null;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** https://docs.github.com/graphql/reference/mutations#createcommitonbranch */
export async function createCommitOnBranch(
  context: Context,
  { input }: { input: CommitOnBranchInput },
): Promise<Record<string, unknown>> {
  const { repository, ref } = branchOf(context, input.branch);
  demand(context, repository, ['contents', 'write']);
  const oid = await context.core.locks.run(repository.id, () => commit(context, repository, ref, input));
  const written = await context.core.git(repository).commit(oid);
  if (!written) throw new Error('the commit that was just written cannot be read');
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: presentCommitNode(context, repository, written),
    ref: () => presentRefNode(context, repository, ref),
  };
}

function branchOf(
  context: Context,
  { id, repositoryNameWithOwner, branchName }: CommitOnBranchInput['branch'],
): { repository: Repository; ref: string } {
  if (id) {
    const { repository, rest, type } = repositoryWithId(context, id);
    if (type !== 'Ref' || !rest.startsWith('refs/heads/'))
      throw new GraphqlFault('NOT_FOUND', 'The ref is not a branch');
    return { repository, ref: rest };
  }
  const [owner = '', name = ''] = (repositoryNameWithOwner ?? '').split('/');
  const repository = repositoryNamed(context, owner, name);
  const branch = (branchName ?? '').replace(/^refs\/heads\//, '');
  return { repository, ref: `refs/heads/${branch}` };
}

/** GitHub's wording, two spaces included. */
function stale(expected: string): GraphqlFault {
  return new GraphqlFault(
    'STALE_DATA',
    `Expected branch to point to "${expected}" but it did not.  Pull and try again.`,
  );
}

async function commit(
  context: Context,
  repository: Repository,
  ref: string,
  input: CommitOnBranchInput,
): Promise<string> {
  const { core, actor } = context;
  const git = core.git(repository);
  const head = await git.ref(ref);
  if (!head) {
    const branch = ref.slice('refs/heads/'.length);
    throw new GraphqlFault('NOT_FOUND', `Branch "${branch}" not found in ${repository.owner}/${repository.name}`);
  }
  if (head.oid !== input.expectedHeadOid) throw stale(input.expectedHeadOid);
  const entries = await changedEntries(context, repository, head.oid, input.fileChanges ?? {});
  const { headline, body } = input.message;
  const after = await writeCommit(git, core.signing, {
    tree: await writeTree(git, head.oid, entries),
    parents: [head.oid],
    message: body ? `${headline}\n\n${body}` : headline,
    author: actor.account,
  });
  try {
    await moveRef(core, repository, actor, { ref, before: head.oid, after });
  } catch (error) {
    if (error instanceof StaleRefError) throw stale(input.expectedHeadOid);
    // A ruleset's refusal has no type: https://github.com/Thinkmill/keystatic/issues/1598
    if (error instanceof ApiError) throw new GraphqlFault(undefined, error.message);
    throw error;
  }
  return after;
}

/** What the changes do to the index: a changed file keeps its mode, a new one is a plain file. */
async function changedEntries(
  { core }: Context,
  repository: Repository,
  head: string,
  { additions, deletions }: FileChanges,
): Promise<IndexEntry[]> {
  const git = core.git(repository);
  const paths = [...(additions ?? []), ...(deletions ?? [])].map(({ path }) => path);
  for (const path of paths) {
    if (!isSafePath(path)) throw new GraphqlFault('UNPROCESSABLE', `A path was specified which is not valid: ${path}`);
  }
  if (new Set(paths).size !== paths.length) {
    throw new GraphqlFault('UNPROCESSABLE', 'A path was specified more than once in the file changes');
  }
  const removed = (deletions ?? []).map(async ({ path }): Promise<IndexEntry> => {
    const entry = await git.entry(head, path);
    if (entry?.type !== 'blob') {
      const message = `A path was requested for deletion which does not exist as of commit oid \`${head}\``;
      throw new GraphqlFault('UNPROCESSABLE', message);
    }
    return { path, oid: null, mode: entry.mode };
  });
  const contents = (additions ?? []).map(({ path, contents: text }) => {
    if (!BASE64.test(text)) throw new GraphqlFault('UNPROCESSABLE', `The contents of ${path} are not base64`);
    return Buffer.from(text, 'base64');
  });
  const oids = await writeBlobs(git, contents);
  const added = (additions ?? []).map(async ({ path }, index): Promise<IndexEntry> => {
    const entry = await git.entry(head, path);
    return { path, oid: oids[index] ?? null, mode: entry?.type === 'blob' ? entry.mode : '100644' };
  });
  return Promise.all([...removed, ...added]);
}
