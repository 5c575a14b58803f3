import type { Request } from '../inputs/settings.ts';
import { ChartIndex } from './chart.ts';

/**
 * The files of each chart, when nothing in one depends on another: each file is in exactly one chart, and no value has to be found in only one of
 * them. `undefined` otherwise, and for a single chart.
 */
export function independentCharts(
  { charts, values }: Pick<Request, 'charts' | 'values'>,
  contents: ReadonlyMap<string, Uint8Array>,
): Map<string, Map<string, Uint8Array>> | undefined {
  if (charts.length < 2 || values.length > 0) return undefined;
  const index = new ChartIndex(charts.map((path) => ({ path })));
  // A chart inside another has an owner itself.
  if (charts.some((path) => path === '.' || index.ownerOf({ path }) !== undefined)) return undefined;
  const parts = new Map(charts.map((path) => [path, new Map<string, Uint8Array>()]));
  for (const [path, bytes] of contents) {
    const files = parts.get(index.ownerOf({ path })?.path ?? '');
    if (files === undefined) return undefined;
    files.set(path, bytes);
  }
  return parts;
}
