import type { Request } from '../inputs/settings.ts';
import { readYaml } from '../yaml/source.ts';
import { type Chart, ChartIndex, inChart, isDowngrade, isOlderVersion, readChart } from './chart.ts';
import { collectChanges } from './collect-changes.ts';
import type { ImageChange } from './image-changes.ts';

/**
 * The charts that are newer than requested, each with the reason: an older run must not undo a newer one. Decided
 * by the chart's version, by a given appVersion, or by the images' tags when no version is given. An appVersion that follows the
 * version decides nothing: `helm create` starts with 1.16.0 beside version 0.1.0.
 */
export function newerCharts(
  charts: readonly Chart[],
  request: Request,
  images: readonly ImageChange[],
): Map<string, string> {
  if (request.allowDowngrade) return new Map();
  const index = new ChartIndex(charts);
  const imagesByChart = Map.groupBy(images, ({ file }) => index.ownerOf(file));
  const found = new Map<string, string>();
  for (const chart of charts) {
    const newer = newerIn(chart, request, imagesByChart.get(chart) ?? []);
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
  const older = images.find(({ isOlder }) => isOlder);
  return older && `${chart.path} has ${older.repository} at ${older.from.tag}, which is newer than ${older.to.tag}`;
}

/**
 * The same for files that may not match the request: a chart, a file or an image can be missing there.
 * @param contents the files that exist, by path
 */
export function newerAmong(request: Request, contents: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const files = new Map([...contents].map(([path, bytes]) => [path, readYaml(path, bytes)]));
  const charts = request.charts.flatMap((path) => {
    const file = files.get(inChart(path, 'Chart.yaml'));
    const chart = file === undefined ? undefined : readChart(path, file);
    return chart === undefined || 'problem' in chart ? [] : [chart];
  });
  return newerCharts(charts, request, collectChanges(request, files).images);
}
