import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { type AllowedPaths, openWorkspaceFile } from '../../../lib/files/workspace.ts';
import { CHECKSUMS_NAME, type Settings } from '../inputs/inputs.ts';
import type { AssetContent } from '../releases/releases.ts';
import { contentType } from './asset-names.ts';

/** The files to attach, each read once for its digest, and the checksum file if it is requested. */
export async function readContents({
  files,
  allowed,
  checksums,
}: Pick<Settings, 'files' | 'allowed' | 'checksums'>): Promise<AssetContent[]> {
  const contents: AssetContent[] = [];
  for (const { path, name, label, size } of files) {
    const open = (): Promise<Readable> => openStream(allowed, path);
    const digest = `sha256:${await hashStream(path, await open())}`;
    contents.push({ name, label, size, digest, contentType: contentType(name), open });
  }
  return checksums && contents.length > 0 ? [...contents, createChecksumFile(contents)] : contents;
}

/** Links are resolved each time: the file may have become one since it was found. */
async function openStream(allowed: AllowedPaths, path: string): Promise<Readable> {
  const file = await openWorkspaceFile(allowed, path);
  if ('value' in file) return file.value.createReadStream();
  throw unreadableError(path, `it ${file.problem}`);
}

async function hashStream(path: string, stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(stream, hash);
  } catch (error) {
    throw unreadableError(path, messageOf(error), error);
  }
  return hash.digest('hex');
}

const unreadableError = (path: string, why: string, cause?: unknown): ActionError =>
  new ActionError({
    what: `the file ${path} cannot be read`,
    why,
    next: 'Run the step as a user that can read it, and after the step that writes it.',
    cause,
  });

/** In the format of GNU coreutils, by the names that users download: `sha256sum --check --ignore-missing SHA256SUMS`. */
function createChecksumFile(contents: readonly AssetContent[]): AssetContent {
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
