import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { run } from '../git/run.ts';
import type { RepositoryScope } from '../repository-call.ts';
import type { Asset } from '../store/types.ts';
import { encodePath } from '../urls.ts';

const attachment = (name: string): string => `attachment; filename*=UTF-8''${encodePath(name)}`;

/** The bytes of an asset. The download is counted. */
export function openAsset({ core, repository }: RepositoryScope, asset: Asset): Response {
  core.store.assets.put(repository.id, asset.id, { ...asset, downloads: asset.downloads + 1 });
  const file = createReadStream(join(core.assetDirectory, String(asset.id)));
  return new Response(Readable.toWeb(file) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': asset.contentType,
      'content-length': String(asset.size),
      'content-disposition': attachment(asset.name),
      'x-content-type-options': 'nosniff',
    },
  });
}

export type ArchiveFormat = 'tar.gz' | 'zip';

/** The files of a commit in one archive, below a directory with its name. */
export async function openArchive(
  { core, repository }: RepositoryScope,
  { commit, name, format }: { commit: string; name: string; format: ArchiveFormat },
): Promise<Response> {
  const args = ['archive', `--format=${format}`, `--prefix=${name}/`, commit];
  const { stdout } = await run(args, { dir: core.gitDirectory(repository) });
  return new Response(new Uint8Array(stdout), {
    headers: {
      'content-type': format === 'zip' ? 'application/zip' : 'application/x-gzip',
      'content-disposition': attachment(`${name}.${format}`),
    },
  });
}
