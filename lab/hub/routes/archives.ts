import { notFound } from '../errors.ts';
import { type ArchiveFormat, openArchive } from '../releases/download.ts';
import type { Call, Handlers, Reply } from '../rest/call.ts';

/** Redirects to the archive: https://docs.github.com/rest/repos/contents#download-a-repository-archive-tar */
async function redirectToArchive(call: Call, format: ArchiveFormat): Promise<Reply> {
  const { core, repository } = call;
  const commit = await call.git.resolveCommit(call.param('ref'));
  if (!commit) throw notFound();
  const name = `${repository.owner}-${repository.name}-${commit.slice(0, 7)}`;
  const location = core.downloads.link(() => openArchive({ core, repository }, { commit, name, format }));
  return { status: 302, headers: { location } };
}

export const archiveHandlers: Handlers = {
  'repos/download-tarball-archive': (call) => redirectToArchive(call, 'tar.gz'),
  'repos/download-zipball-archive': (call) => redirectToArchive(call, 'zip'),
};
