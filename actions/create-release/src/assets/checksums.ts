import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { statusOf } from '../../../lib/requests/github.ts';
import type { Asset, AssetContent, Releases } from '../releases/releases.ts';
import { CHECKSUMS_NAME } from './asset-names.ts';

/** The checksums of all files of a release, ours and those of other jobs. */
export interface Checksums {
  content: AssetContent;
  /** Files of other jobs whose digest is not known, which are left out. */
  unknown: string[];
}

export const findChecksums = (assets: readonly Asset[]): Asset | undefined =>
  assets.find(({ name }) => name === CHECKSUMS_NAME);

/**
 * The file `SHA256SUMS` for the complete assets of a release and the files that are to be uploaded. The digests of other jobs' files are the
 * server's. A server without digests is asked for the previous `SHA256SUMS`, whose lines for these files are kept.
 */
export async function createChecksums(
  assets: readonly Asset[],
  desired: readonly AssetContent[],
  releases: Releases,
): Promise<Checksums> {
  const digests = new Map(desired.map(({ name, digest }) => [name, parseDigest(digest)]));
  const others = assets.filter(({ name, complete }) => complete && name !== CHECKSUMS_NAME && !digests.has(name));
  for (const { name, digest } of others) digests.set(name, parseDigest(digest));
  const without = others.filter(({ name }) => digests.get(name) === undefined);
  if (without.length > 0) {
    const previous = parseChecksums(await readText(findChecksums(assets), releases));
    for (const { name } of without) digests.set(name, previous.get(name));
  }
  const names = [...digests.keys()].sort();
  const lines = names.flatMap((name) => {
    const digest = digests.get(name);
    return digest === undefined ? [] : [`${digest}  ${name}\n`];
  });
  return { content: toContent(lines.join('')), unknown: names.filter((name) => digests.get(name) === undefined) };
}

/** Whether the server has these checksums. A server without digests is asked for the text. */
export async function areCurrent(
  asset: Asset | undefined,
  { content }: Checksums,
  releases: Releases,
): Promise<boolean> {
  if (asset === undefined || !asset.complete || asset.size !== content.size) return false;
  if (asset.digest !== undefined) return asset.digest === content.digest;
  return toContent(await readText(asset, releases)).digest === content.digest;
}

/**
 * What is wrong with the checksums of a published release.
 * @param all whether they must have the files of other jobs too, and not only those of this step
 */
export async function checksumProblems(
  assets: readonly Asset[],
  desired: readonly AssetContent[],
  { releases, all }: { releases: Releases; all: boolean },
): Promise<string[]> {
  const asset = findChecksums(assets);
  if (asset === undefined || !asset.complete) return [`${CHECKSUMS_NAME} is missing`];
  if (await areCurrent(asset, await createChecksums(assets, desired, releases), releases)) return [];
  if (all) return [`${CHECKSUMS_NAME} does not have the checksums of all files`];
  const existing = parseChecksums(await readText(asset, releases));
  return desired
    .filter(({ name, digest }) => existing.get(name) !== parseDigest(digest))
    .map(({ name }) => `${CHECKSUMS_NAME} does not have the checksum of ${name}`);
}

/** In the format of GNU coreutils, by the names that users download: `sha256sum --check --ignore-missing SHA256SUMS`. */
function toContent(text: string): AssetContent {
  const bytes = Buffer.from(text);
  return {
    name: CHECKSUMS_NAME,
    label: undefined,
    size: bytes.length,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    contentType: 'text/plain',
    open: () => Readable.from([bytes]),
  };
}

/** The checksums in a file by the names of the files; a `*` marks a file that was read as binary. */
function parseChecksums(text: string): Map<string, string> {
  const lines = text.matchAll(/^([0-9a-f]{64}) [ *](\S+)\r?$/gim);
  return new Map([...lines].map(([, digest = '', name = '']) => [name, digest.toLowerCase()]));
}

/** The hex digits of a SHA-256. */
const parseDigest = (digest: string | undefined): string | undefined =>
  /^sha256:([0-9a-f]{64})$/i.exec(digest ?? '')?.[1]?.toLowerCase();

/** Empty when there is no such file, or when another job has just deleted it to replace it. */
async function readText(asset: Asset | undefined, releases: Releases): Promise<string> {
  if (asset === undefined) return '';
  try {
    return await releases.readAsset(asset.id);
  } catch (error) {
    if (statusOf(error) === 404) return '';
    throw error;
  }
}
