import type { ImageChange } from '../images/image-changes.ts';
import type { Request } from '../inputs/settings.ts';
import type { ChartIndex } from './chart.ts';

/**
 * The files outside the charts that have a newer image, each with the reason: for them there is no chart whose version could decide
 * that this run is the older one.
 */
export function newerFiles(
  charts: ChartIndex,
  { allowDowngrade }: Pick<Request, 'allowDowngrade'>,
  images: readonly ImageChange[],
): Map<string, string> {
  const older = images.filter(({ isOlder, file }) => isOlder && !allowDowngrade && charts.ownerOf(file) === undefined);
  return new Map(
    older.map(({ file, repository, from, to }) => [
      file.path,
      `${file.path} has ${repository} at ${from.tag}, which is newer than ${to.tag}; the file is not changed (set allow-downgrade: true to go back)`,
    ]),
  );
}
