import { type Chart, inChart, ownerOf, readChart, wouldGoBack } from './chart.ts';
import type { Request } from './inputs.ts';
import { isOlder } from './tags.ts';
import { collectWishes, type ImageWish } from './wishes.ts';
import { readYaml } from './yaml/source.ts';

/**
 * The charts that are at something newer than what is asked for, each with what that is: an older run must not undo a newer one.
 * By the chart's version, by an appVersion that is given, or by the images' tags when no version is. An appVersion that follows the version
 * says nothing: `helm create` starts with 1.16.0 beside version 0.1.0.
 */
export function newerCharts(
  charts: readonly Chart[],
  request: Request,
  images: readonly ImageWish[],
): Map<string, string> {
  if (request.allowDowngrade) return new Map();
  const found = new Map<string, string>();
  for (const chart of charts) {
    const newer = newerIn(chart, charts, request, images);
    if (newer !== undefined)
      found.set(chart.path, `${newer}: nothing is changed there; allow-downgrade: true goes back`);
  }
  return found;
}

function newerIn(
  chart: Chart,
  charts: readonly Chart[],
  { version, appVersion }: Request,
  images: readonly ImageWish[],
): string | undefined {
  if (version.kind === 'exact' && wouldGoBack(chart, version))
    return `${chart.path} is at ${chart.version}, which is newer than ${version.version.version}`;
  if (appVersion.kind === 'text' && isOlder(appVersion.text, chart.appVersion ?? ''))
    return `${chart.path} has the appVersion ${chart.appVersion}, which is newer than ${appVersion.text}`;
  if (version.kind === 'exact') return undefined;
  const older = images.find((image) => image.isOlder && ownerOf(image.file, charts) === chart);
  return older && `${chart.path} has ${older.repository} at ${older.from.tag}, which is newer than ${older.to.tag}`;
}

/**
 * The same for files that need not fit the request: a chart, a file or an image may be missing there.
 * @param contents the files that exist, by path
 */
export function newerAmong(request: Request, contents: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const files = new Map([...contents].map(([path, bytes]) => [path, readYaml(path, bytes)]));
  const charts = request.charts.flatMap((path) => {
    const file = files.get(inChart(path, 'Chart.yaml'));
    const chart = file === undefined ? undefined : readChart(path, file);
    return chart === undefined || 'problem' in chart ? [] : [chart];
  });
  return newerCharts(charts, request, collectWishes(request, files).images);
}
