/** The Node that builds the bundles: docs/decisions/toolchain-node.md */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * SHA-256 of `bin/node` in the archives that the Node project publishes and signs, https://nodejs.org/dist/ (version 24.21.0), by
 * platform and architecture.
 */
export const publishedNode: Readonly<Record<string, string>> = {
  'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
  'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
};

/**
 * Checks the Node that runs this, byte for byte. On a platform without a Node in the lockfile there is nothing to compare with.
 * @throws Error when the program is not the one that the Node project published
 */
export async function requirePublishedNode(
  program = process.execPath,
  platform = `${process.platform}-${process.arch}`,
): Promise<void> {
  const published = publishedNode[platform];
  if (published === undefined) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(program), hash);
  const actual = hash.digest('hex');
  if (actual !== published)
    throw new Error(
      `${program} has the SHA-256 ${actual}, but the pinned Node has ${published}. Run \`npm ci\`, and start this with \`npm run\`. If it still fails, the package is not what the Node project published: do not build with it.`,
    );
}
