import { messageOf } from '../../../lib/errors.ts';
import { debug } from '../../../lib/runner/commands.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import type { Registry } from '../registry/registry.ts';

/** The size of an image in bytes, compressed, by platform. It is only shown: one that cannot be read is left out. */
export async function readSizes(
  repository: string,
  { images }: Manifest,
  registry: Pick<Registry, 'imageSize'>,
): Promise<ReadonlyMap<string, number>> {
  const sizes = await Promise.all(
    images.map(async ({ platform, digest }) => {
      if (platform === undefined) return [];
      try {
        return [[platform, await registry.imageSize(repository, digest)] as const];
      } catch (error) {
        debug(`the size of ${repository}@${digest} could not be read: ${messageOf(error)}`);
        return [];
      }
    }),
  );
  return new Map(sizes.flat());
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** As Docker writes sizes, with three digits and units of 1000: `12.3 MB`. */
export function formatSize(bytes: number): string {
  const rounded = Number(bytes.toPrecision(3));
  const power = rounded < 1000 ? 0 : Math.min(Math.floor(Math.log10(rounded) / 3), UNITS.length - 1);
  return `${Number((rounded / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}
