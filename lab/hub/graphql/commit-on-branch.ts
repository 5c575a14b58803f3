import { ApiError } from '../errors.ts';
import { type IndexEntry, writeBlobs, writeCommit, writeTree } from '../git/commits.ts';
import { isSafePath } from '../git/paths.ts';
import { StaleRefError } from '../git/repository.ts';
import { moveRef } from '../refs/changes.ts';
import { type Context, findRepository, type RepositoryRequest, requirePermission, resolveNode } from './context.ts';
import { GraphqlError } from './errors.ts';
import { presentCommitNode } from './objects.ts';
import { presentRefNode } from './refs.ts';

interface FileChanges {
  additions?: { path: string; contents: string }[] | null;
  deletions?: { path: string }[] | null;
}

interface CommitOnBranchInput {
  branch: { id?: string | null; repositoryNameWithOwner?: string | null; branchName?: string | null };
  message: { headline: string; body?: string | null };
  expectedHeadOid: string;
  fileChanges?: FileChanges | null;
  clientMutationId?: string | null;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** https://docs.github.com/graphql/reference/mutations#createcommitonbranch */
export async function createCommitOnBranch(
  { input }: { input: CommitOnBranchInput },
  context: Context,
): Promise<Record<string, unknown>> {
  const { request, ref } = resolveBranch(context, input.branch);
  const { core, repository } = request;
  requirePermission(request, ['contents', 'write']);
  const oid = await core.locks.run(repository.id, () => commit(request, ref, input));
  const written = await core.git(repository).commit(oid);
  if (!written) throw new Error('the new commit cannot be read');
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: presentCommitNode(request, written),
    ref: () => presentRefNode(request, ref),
  };
}

function resolveBranch(
  context: Context,
  { id, repositoryNameWithOwner, branchName }: CommitOnBranchInput['branch'],
): { request: RepositoryRequest; ref: string } {
  if (id) {
    const { request, key, type } = resolveNode(context, id);
    if (type !== 'Ref' || !key.startsWith('refs/heads/'))
      throw new GraphqlError('NOT_FOUND', 'The ref is not a branch');
    return { request, ref: key };
  }
  const [owner = '', name = ''] = (repositoryNameWithOwner ?? '').split('/');
  const branch = (branchName ?? '').replace(/^refs\/heads\//, '');
  return { request: findRepository(context, owner, name), ref: `refs/heads/${branch}` };
}

/** In GitHub's words, with its two spaces. */
function staleError(expected: string): GraphqlError {
  return new GraphqlError(
    'STALE_DATA',
    `Expected branch to point to "${expected}" but it did not.  Pull and try again.`,
  );
}

async function commit(request: RepositoryRequest, ref: string, input: CommitOnBranchInput): Promise<string> {
  const { core, repository, actor } = request;
  const git = core.git(repository);
  const head = await git.ref(ref);
  if (!head) {
    const branch = ref.slice('refs/heads/'.length);
    throw new GraphqlError('NOT_FOUND', `Branch "${branch}" not found in ${repository.owner}/${repository.name}`);
  }
  if (head.oid !== input.expectedHeadOid) throw staleError(input.expectedHeadOid);
  const entries = await changedEntries(request, head.oid, input.fileChanges ?? {});
  const { headline, body } = input.message;
  const after = await writeCommit(git, core.signing, {
    tree: await writeTree(git, head.oid, entries),
    parents: [head.oid],
    message: body ? `${headline}\n\n${body}` : headline,
    author: actor.account,
  });
  try {
    await moveRef(request, { ref, before: head.oid, after });
  } catch (error) {
    if (error instanceof StaleRefError) throw staleError(input.expectedHeadOid);
    // A violated ruleset has no error type: https://github.com/Thinkmill/keystatic/issues/1598
    if (error instanceof ApiError) throw new GraphqlError(undefined, error.message);
    throw error;
  }
  return after;
}

/** The changed entries of the index. A changed file keeps its mode; a new one is a regular file. */
async function changedEntries(
  { core, repository }: RepositoryRequest,
  head: string,
  { additions, deletions }: FileChanges,
): Promise<IndexEntry[]> {
  const git = core.git(repository);
  const paths = [...(additions ?? []), ...(deletions ?? [])].map(({ path }) => path);
  for (const path of paths) {
    if (!isSafePath(path)) throw new GraphqlError('UNPROCESSABLE', `A path was specified which is not valid: ${path}`);
  }
  if (new Set(paths).size !== paths.length) {
    throw new GraphqlError('UNPROCESSABLE', 'A path was specified more than once in the file changes');
  }
  const removed = (deletions ?? []).map(async ({ path }): Promise<IndexEntry> => {
    const entry = await git.entry(head, path);
    if (entry?.type !== 'blob') {
      const message = `A path was requested for deletion which does not exist as of commit oid \`${head}\``;
      throw new GraphqlError('UNPROCESSABLE', message);
    }
    return { path, oid: null, mode: entry.mode };
  });
  const contents = (additions ?? []).map(({ path, contents: base64 }) => {
    if (!BASE64.test(base64)) throw new GraphqlError('UNPROCESSABLE', `The contents of ${path} are not base64`);
    return Buffer.from(base64, 'base64');
  });
  const oids = await writeBlobs(git, contents);
  const added = (additions ?? []).map(async ({ path }, index): Promise<IndexEntry> => {
    const entry = await git.entry(head, path);
    return { path, oid: oids[index] ?? null, mode: entry?.type === 'blob' ? entry.mode : '100644' };
  });
  return Promise.all([...removed, ...added]);
}
