import { ApiError, notFound, unprocessable } from '../errors.ts';
import { type Identity, writeBlobs, writeCommit, writeTree } from '../git/commits.ts';
import type { Commit } from '../git/objects.ts';
import { isSafePath } from '../git/paths.ts';
import { presentGitCommit } from '../present/commit.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import { nodeId } from '../urls.ts';

const OID = /^[0-9a-f]{40}$/;

async function getBlob(call: Call): Promise<Reply> {
  const sha = call.param('file_sha');
  const blob = OID.test(sha) ? await call.git.read(sha) : undefined;
  if (blob?.type !== 'blob') throw notFound();
  if (/\bvnd\.github\.(v3\.)?raw\b/.test(call.accept)) {
    return { status: 200, raw: { bytes: blob.content, contentType: 'application/vnd.github.raw; charset=utf-8' } };
  }
  return ok({
    sha,
    node_id: nodeId('Blob', `${call.repository.id}:${sha}`),
    size: blob.size,
    url: call.core.urls.api(call.repository, `/git/blobs/${sha}`),
    content: blob.content.toString('base64').replace(/.{1,60}/g, '$&\n'),
    encoding: 'base64',
  });
}

async function createBlob(call: Call): Promise<Reply> {
  const { content, encoding } = call.body<{ content: string; encoding?: string }>();
  const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
  const [sha = ''] = await writeBlobs(call.git, [bytes]);
  return created({ sha, url: call.core.urls.api(call.repository, `/git/blobs/${sha}`) });
}

async function presentTree(call: Call, sha: string, recursive: boolean): Promise<Record<string, unknown>> {
  const { core, repository } = call;
  const args = ['ls-tree', '-z', '--long', '--full-tree', ...(recursive ? ['-r', '-t'] : []), sha];
  const lines = (await call.git.git(args)).split('\0').filter((line) => line !== '');
  const tree = lines.map((line) => {
    const [about = '', path = ''] = line.split('\t');
    const [mode = '', type = '', oid = '', size = ''] = about.split(/ +/);
    const url = core.urls.api(repository, `/git/${type}s/${oid}`);
    return { path, mode, type, sha: oid, ...(type === 'blob' ? { size: Number(size) } : {}), url };
  });
  return { sha, url: core.urls.api(repository, `/git/trees/${sha}`), tree, truncated: false };
}

async function getTree(call: Call): Promise<Reply> {
  const name = call.param('tree_sha');
  const commit = await call.git.resolveCommit(name);
  const tree = await call.git.tree(commit ?? (OID.test(name) ? name : 'refs/none'));
  if (!tree) throw notFound();
  return ok(await presentTree(call, tree.oid, call.query.recursive !== undefined));
}

interface NewTreeEntry {
  path?: string;
  mode?: string;
  type?: string;
  sha?: string | null;
  content?: string;
}

async function createTree(call: Call): Promise<Reply> {
  const { tree, base_tree } = call.body<{ tree: NewTreeEntry[]; base_tree?: string }>();
  const base = base_tree === undefined ? undefined : OID.test(base_tree) ? await call.git.tree(base_tree) : null;
  if (base === null || (base_tree !== undefined && !base)) throw unprocessable('base_tree is not a valid tree sha');
  const inline = tree.filter((entry) => entry.content !== undefined);
  const written = await writeBlobs(
    call.git,
    inline.map((entry) => Buffer.from(entry.content ?? '')),
  );
  const entries = tree.map((entry) => {
    if (entry.path === undefined || !isSafePath(entry.path)) {
      throw unprocessable('tree.path contains a malformed path component');
    }
    const oid = entry.content === undefined ? (entry.sha ?? null) : (written[inline.indexOf(entry)] ?? null);
    return { path: entry.path, oid, mode: entry.mode ?? '100644' };
  });
  for (const { oid } of entries) {
    if (oid !== null && !(OID.test(oid) && (await call.git.info(oid))))
      throw unprocessable(`tree.sha ${oid} is not a valid blob`);
  }
  if (entries.some(({ mode }) => mode === '040000'))
    throw unprocessable('the hub takes files only, not whole subtrees');
  const sha = await writeTree(call.git, base?.oid, entries);
  return created(await presentTree(call, sha, false));
}

interface NewCommitBody {
  message: string;
  tree: string;
  parents?: string[];
  author?: { name: string; email: string; date?: string };
  committer?: { name?: string; email?: string; date?: string };
  signature?: string;
}

/**
 * An app's commit without author and committer is signed by GitHub; one with its own identities is not
 * (https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification).
 */
async function createCommit(call: Call): Promise<Reply> {
  const body = call.body<NewCommitBody>();
  if (body.signature !== undefined) throw unprocessable('the hub takes no signatures made elsewhere');
  if (!OID.test(body.tree) || (await call.git.info(body.tree))?.type !== 'tree') {
    throw unprocessable('Tree SHA does not exist');
  }
  const parents = body.parents ?? [];
  for (const parent of parents) {
    const found = OID.test(parent) ? await call.git.info(parent) : undefined;
    if (found?.type !== 'commit') throw unprocessable('Parent SHA does not exist or is not a commit object');
  }
  const { account, token } = call.actor;
  const author: Identity = body.author ?? { name: account.name, email: account.email };
  const bySelf = token.kind !== 'user' && !body.author && !body.committer;
  const given: Partial<Identity> = body.committer ?? author;
  const { name = author.name, email = author.email, date } = given;
  const committer = { name, email, ...(date ? { date } : {}) };
  const sha = await writeCommit(call.git, call.core.signing, {
    tree: body.tree,
    parents,
    message: body.message,
    author,
    ...(bySelf ? {} : { committer }),
  });
  return created(await presentGitCommit(call.core, call.repository, await written(call, sha)));
}

async function written(call: Call, sha: string): Promise<Commit> {
  const commit = await call.git.commit(sha);
  if (!commit) throw new ApiError(500, 'the commit that was just written cannot be read');
  return commit;
}

export const gitDataHandlers: Handlers = {
  'git/get-blob': getBlob,
  'git/create-blob': createBlob,
  'git/get-tree': getTree,
  'git/create-tree': createTree,
  'git/create-commit': createCommit,
  'git/get-commit': async (call) => {
    const sha = call.param('commit_sha');
    const commit = OID.test(sha) ? await call.git.commit(sha) : undefined;
    if (!commit) throw notFound();
    return ok(await presentGitCommit(call.core, call.repository, commit));
  },
};
