import { ApiError, notFound } from '../errors.ts';
import type { TreeEntry } from '../git/objects.ts';
import { isSafePath } from '../git/paths.ts';
import { type Call, type Handlers, ok, type Reply } from '../rest/call.ts';
import { encodePath } from '../urls.ts';

/** Above this GitHub leaves out the content, and above 100 MB it refuses: https://docs.github.com/rest/repos/contents */
const LARGE = 1 << 20;
const TOO_LARGE = 100 << 20;

function describe(call: Call, ref: string, path: string, entry: TreeEntry, size: number): Record<string, unknown> {
  const { core, repository } = call;
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const self = `${core.urls.api(repository, `/contents/${encodePath(path)}`)}?ref=${encodeURIComponent(ref)}`;
  const git = core.urls.api(repository, `/git/${kind}s/${entry.oid}`);
  const html = core.urls.html(repository, `/${kind}/${encodePath(ref)}/${encodePath(path)}`);
  return {
    name: path.split('/').pop() ?? '',
    path,
    sha: entry.oid,
    size,
    url: self,
    html_url: html,
    git_url: git,
    download_url: kind === 'tree' ? null : core.urls.html(repository, `/raw/${encodePath(ref)}/${encodePath(path)}`),
    type:
      entry.type === 'tree'
        ? 'dir'
        : entry.type === 'commit'
          ? 'submodule'
          : entry.mode === '120000'
            ? 'symlink'
            : 'file',
    _links: { self, git, html },
  };
}

async function getContent(call: Call): Promise<Reply> {
  const ref = call.queryText('ref') ?? call.repository.defaultBranch;
  const path = call.param('path').replace(/^\/+|\/+$/g, '');
  const commit = await call.git.resolveCommit(ref);
  if (!commit) throw new ApiError(404, `No commit found for the ref ${ref}`);
  if (path !== '' && !isSafePath(path)) throw notFound();
  const entry = path === '' ? undefined : await call.git.entry(commit, path);
  if (path === '') return listDirectory(call, ref, path, commit);
  if (entry?.type === 'tree') return listDirectory(call, ref, path, entry.oid);
  if (entry?.type !== 'blob') throw notFound();
  const blob = await call.git.read(entry.oid);
  if (!blob) throw notFound();
  if (blob.size > TOO_LARGE) throw new ApiError(403, 'This API returns blobs up to 100 MB in size.');
  const described = describe(call, ref, path, entry, blob.size);
  const content = blob.size > LARGE ? '' : wrapBase64(blob.content);
  return ok({ ...described, type: 'file', content, encoding: blob.size > LARGE ? 'none' : 'base64' });
}

async function listDirectory(call: Call, ref: string, path: string, revision: string): Promise<Reply> {
  const tree = await call.git.tree(revision);
  if (!tree) throw notFound();
  const items = tree.entries.map(async (entry) => {
    const size = entry.type === 'blob' ? ((await call.git.info(entry.oid))?.size ?? 0) : 0;
    return describe(call, ref, path === '' ? entry.name : `${path}/${entry.name}`, entry, size);
  });
  return ok(await Promise.all(items));
}

/** GitHub breaks base64 into lines of 60 characters. */
function wrapBase64(content: Buffer): string {
  return content.toString('base64').replace(/.{1,60}/g, '$&\n');
}

export const contentHandlers: Handlers = {
  'repos/get-content': getContent,
};
