import { versionOfTag } from '../../../lib/versions.ts';
import type { ImageChange } from '../images/image-changes.ts';
import type { Request } from '../inputs/settings.ts';
import { collectChanges } from '../plan/collect-changes.ts';
import { readYamlFiles, withoutTextFiles } from '../plan/text-files.ts';
import {
  type Chart,
  ChartIndex,
  inChart,
  isDowngrade,
  isOlderVersion,
  isPlaceholder,
  isReleasedAsOne,
  readChart,
} from './chart.ts';

/** The images of each chart; `undefined` for those outside of all charts. */
export function groupByChart(
  charts: readonly Chart[],
  images: readonly ImageChange[],
): Map<Chart | undefined, ImageChange[]> {
  const index = new ChartIndex(charts);
  return Map.groupBy(images, ({ file }) => index.ownerOf(file));
}

/** The images in the values files of the charts. */
interface ChartImages {
  images: readonly ImageChange[];
  /** Files with an image of a newer commit, each with the reason. */
  newerSources?: ReadonlyMap<string, string>;
}

/**
 * The charts that are newer than requested, each with the reason: an older run must not undo a newer one. Decided
 * by the chart's version, by a given appVersion, or by the images' tags (without images the pushed tag) when no version is given, or
 * by the commits from which the images were built. An appVersion that follows the version decides nothing: `helm create` starts with 1.16.0 beside version 0.1.0.
 */
export function newerCharts(
  charts: readonly Chart[],
  request: Request,
  { images, newerSources = new Map() }: ChartImages,
): Map<string, string> {
  if (request.allowDowngrade) return new Map();
  const imagesByChart = groupByChart(charts, images);
  const found = new Map<string, string>();
  for (const chart of charts) {
    const ownImages = imagesByChart.get(chart) ?? [];
    const bySource = ownImages.flatMap(({ file }) => newerSources.get(file.path) ?? []);
    const newer = newerIn(chart, request, ownImages) ?? bySource.map((reason) => `${chart.path} ${reason}`)[0];
    if (newer !== undefined)
      found.set(chart.path, `${newer}; the chart is not changed (set allow-downgrade: true to go back)`);
  }
  return found;
}

function newerIn(chart: Chart, { version, appVersion }: Request, images: readonly ImageChange[]): string | undefined {
  if (version.kind === 'exact' && isDowngrade(chart, version))
    return `${chart.path} is at ${chart.version}, which is newer than ${version.version.version}`;
  if (appVersion.kind === 'text' && isOlderVersion(appVersion.text, chart.appVersion ?? ''))
    return `${chart.path} has the appVersion ${chart.appVersion}, which is newer than ${appVersion.text}`;
  if (version.kind === 'exact') return undefined;
  if (images.length === 0 && isOlderTag(chart, { version, appVersion }))
    return `${chart.path} has the appVersion ${chart.appVersion}, which is newer than the pushed tag`;
  const older = images.find(({ isOlder }) => isOlder);
  return older && `${chart.path} has ${older.repository} at ${older.from.tag}, which is newer than ${older.to.tag}`;
}

/** Whether the pushed tag would lower the appVersion of a chart whose version is counted separately. */
function isOlderTag(chart: Chart, { version, appVersion }: Pick<Request, 'version' | 'appVersion'>): boolean {
  if (version.kind === 'none' || appVersion.kind !== 'auto' || appVersion.tag === undefined) return false;
  if (isPlaceholder(chart.appVersion) || isReleasedAsOne(chart)) return false;
  return isOlderVersion(appVersion.tag.version, chart.appVersion ?? '');
}

/**
 * Problems of charts whose version is not that of the application: the requested version is lower than the chart's, and yet it brings
 * something newer. Such a chart must not be taken for one that is newer than the request, because no release would ever reach it.
 */
export function chartsWithOwnVersions(
  charts: readonly Chart[],
  request: Request,
  images: readonly ImageChange[],
): string[] {
  const { version, appVersion, allowDowngrade } = request;
  if (version.kind !== 'exact' || allowDowngrade) return [];
  const requested = version.version.version;
  const imagesByChart = groupByChart(charts, images);
  return charts.flatMap((chart) => {
    if (!isDowngrade(chart, version)) return [];
    const ownImages = imagesByChart.get(chart) ?? [];
    const requestedAppVersion = appVersion.kind === 'text' ? appVersion.text : requested;
    const older = olderThanRequested(chart, ownImages, appVersion.kind === 'none' ? undefined : requestedAppVersion);
    return older === undefined
      ? []
      : [
          `${chart.file.path}: this chart has versions of its own: it is at ${chart.version}, which is higher than ${requested}, and yet it has ${older}; set version: patch, or version: follow for the level at which the images change`,
        ];
  });
}

/** What is older in a chart than in a request whose version is lower than the chart's. */
function olderThanRequested(
  chart: Chart,
  images: readonly ImageChange[],
  appVersion: string | undefined,
): string | undefined {
  if (images.some(({ isOlder }) => isOlder)) return undefined;
  const isReleasedSeparately = !isReleasedAsOne(chart);
  const older = images.find(({ from, to }) =>
    isVersion(from.tag)
      ? isOlderVersion(from.tag, to.tag ?? '')
      : isReleasedSeparately && to.tag !== undefined && from.tag !== to.tag,
  );
  if (older !== undefined) return `${older.repository} at ${older.from.tag ?? 'no tag'}, which becomes ${older.to.tag}`;
  return isReleasedSeparately && isOlderVersion(chart.appVersion ?? '', appVersion ?? '')
    ? `the appVersion ${chart.appVersion}`
    : undefined;
}

const isVersion = (tag: string | undefined): tag is string => versionOfTag(tag ?? '') !== undefined;

/**
 * The same for files that may not match the request: a chart, a file or an image can be missing there.
 * @param contents the files that exist, by path
 * @param newerSources files with an image of a newer commit, each with the reason
 */
export function newerAmong(
  request: Request,
  contents: ReadonlyMap<string, Uint8Array>,
  newerSources: ReadonlyMap<string, string>,
): Map<string, string> {
  const files = readYamlFiles(request, contents);
  const charts = request.charts.flatMap((path) => {
    const file = files.get(inChart(path, 'Chart.yaml'));
    const chart = file === undefined ? undefined : readChart(path, file);
    return chart === undefined || 'problem' in chart ? [] : [chart];
  });
  return newerCharts(charts, request, {
    images: collectChanges(withoutTextFiles(request), files).images,
    newerSources,
  });
}

/** The images of the request in such files. */
export const imagesAmong = (request: Request, contents: ReadonlyMap<string, Uint8Array>): readonly ImageChange[] =>
  collectChanges(withoutTextFiles(request), readYamlFiles(request, contents)).images;
