import { notFound } from '../errors.ts';
import { type Call, type Handlers, ok, type Reply } from '../rest/call.ts';
import { nodeId } from '../urls.ts';

const OID = /^[0-9a-f]{40}$/;

async function getBlob(call: Call): Promise<Reply> {
  const sha = call.param('file_sha');
  const blob = OID.test(sha) ? await call.git.read(sha) : undefined;
  if (blob?.type !== 'blob') throw notFound();
  return ok({
    sha,
    node_id: nodeId('Blob', `${call.repository.id}:${sha}`),
    size: blob.size,
    url: call.core.urls.api(call.repository, `/git/blobs/${sha}`),
    content: blob.content.toString('base64').replace(/.{1,60}/g, '$&\n'),
    encoding: 'base64',
  });
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

export const objectHandlers: Handlers = {
  'git/get-blob': getBlob,
  'git/get-tree': getTree,
};
