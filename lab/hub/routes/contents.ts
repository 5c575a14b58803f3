import { ApiError, notFound } from '../errors.ts';
import type { TreeEntry } from '../git/objects.ts';
import { isSafePath } from '../git/paths.ts';
import { type Call, type Handlers, media, ok, type Reply } from '../rest/call.ts';
import { encodePath } from '../urls.ts';

/** GitHub omits the content of larger files: https://docs.github.com/rest/repos/contents */
const MAX_CONTENT_SIZE = 1 << 20;
const MAX_SIZE = 100 << 20;

interface File {
  /** As in the request. */
  ref: string;
  path: string;
  entry: TreeEntry;
  size: number;
}

export function presentFile(call: Call, { ref, path, entry, size }: File): Record<string, unknown> {
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
    type: toContentType(entry),
    _links: { self, git, html },
  };
}

function toContentType({ type, mode }: TreeEntry): 'dir' | 'submodule' | 'symlink' | 'file' {
  if (type === 'tree') return 'dir';
  if (type === 'commit') return 'submodule';
  return mode === '120000' ? 'symlink' : 'file';
}

async function getContent(call: Call): Promise<Reply> {
  const ref = call.queryText('ref') ?? call.repository.defaultBranch;
  const path = call.param('path').replace(/^\/+|\/+$/g, '');
  const commit = await call.git.resolveCommit(ref);
  if (!commit) throw new ApiError(404, `No commit found for the ref ${ref}`);
  if (path !== '' && !isSafePath(path)) throw notFound();
  const entry = path === '' ? undefined : await call.git.entry(commit, path);
  if (path === '') return listDirectory(call, { ref, path, revision: commit });
  if (entry?.type === 'tree') return listDirectory(call, { ref, path, revision: entry.oid });
  if (entry?.type !== 'blob') throw notFound();
  const blob = await call.git.read(entry.oid);
  if (!blob) throw notFound();
  if (blob.size > MAX_SIZE) throw new ApiError(403, 'This API returns blobs up to 100 MB in size.');
  if (call.wants('raw')) return media('raw', blob.content);
  const isLarge = blob.size > MAX_CONTENT_SIZE;
  const content = isLarge ? '' : wrapBase64(blob.content);
  const file = presentFile(call, { ref, path, entry, size: blob.size });
  return ok({ ...file, type: 'file', content, encoding: isLarge ? 'none' : 'base64' });
}

async function listDirectory(
  call: Call,
  { ref, path, revision }: { ref: string; path: string; revision: string },
): Promise<Reply> {
  const tree = await call.git.tree(revision);
  if (!tree) throw notFound();
  const items = tree.entries.map(async (entry) => {
    const size = entry.type === 'blob' ? ((await call.git.info(entry.oid))?.size ?? 0) : 0;
    return presentFile(call, { ref, path: path === '' ? entry.name : `${path}/${entry.name}`, entry, size });
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
