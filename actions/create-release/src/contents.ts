import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ActionError, messageOf } from '../../lib/errors.ts';
import { type AllowedPaths, openWorkspaceFile } from '../../lib/workspace.ts';
import type { LocalFile } from './files.ts';
import { CHECKSUMS_NAME } from './inputs.ts';
import type { AssetContent } from './releases.ts';
import { contentType } from './rules/asset-names.ts';

/** The files as contents to attach, each read once for its digest, and their checksum file if it is asked for. */
export async function readContents(
  files: readonly LocalFile[],
  area: AllowedPaths,
  checksums: boolean,
): Promise<AssetContent[]> {
  const contents: AssetContent[] = [];
  for (const { path, name, label, size } of files) {
    const open = (): Promise<Readable> => openStream(area, path);
    const digest = `sha256:${await sha256(path, await open())}`;
    contents.push({ name, label, size, digest, contentType: contentType(name), open });
  }
  return checksums && contents.length > 0 ? [...contents, checksumFile(contents)] : contents;
}

/** Links are followed again each time: the file may have become one since it was found. */
async function openStream(area: AllowedPaths, path: string): Promise<Readable> {
  const file = await openWorkspaceFile(area, path);
  if ('value' in file) return file.value.createReadStream();
  throw unreadable(path, `it ${file.problem}`);
}

async function sha256(path: string, stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(stream, hash);
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
  return hash.digest('hex');
}

const unreadable = (path: string, why: string, cause?: unknown): ActionError =>
  new ActionError({
    what: `the file ${path} cannot be read`,
    why,
    next: 'Let the step run as a user that may read it, and after the step that writes it has ended.',
    cause,
  });

/** In the form of GNU coreutils, by the names that people download: `sha256sum --check --ignore-missing SHA256SUMS`. */
function checksumFile(contents: readonly AssetContent[]): AssetContent {
  const bytes = Buffer.from(
    contents.map(({ name, digest }) => `${digest.slice('sha256:'.length)}  ${name}\n`).join(''),
  );
  return {
    name: CHECKSUMS_NAME,
    label: undefined,
    size: bytes.length,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    contentType: 'text/plain',
    open: () => Readable.from([bytes]),
  };
}
