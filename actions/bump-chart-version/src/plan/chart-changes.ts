import type { Request } from '../inputs/settings.ts';
import type { ParsedDocument } from '../yaml/source.ts';
import { type Change, inheritsValue, isUpToDate } from './change.ts';
import { type Chart, isOlderVersion, nextVersion } from './chart.ts';
import { findLocation } from './locations.ts';

/** The changes of a Chart.yaml. */
export interface ChartChanges {
  changes: Change[];
  version?: string;
  appVersion?: string;
}

/** Determines whether `major`, `minor` or `patch` takes effect. */
interface BumpState {
  /** Whether other values of the chart change. */
  isChanged: boolean;
  /** Whether this run has already bumped the chart's version. */
  isBumped: boolean;
}

/** Whether a request only bumps versions: then only the commit of an earlier attempt shows that the run has already done so. */
export function isBumpOnly({ version, appVersion, images, values }: Request): boolean {
  return version.kind === 'level' && appVersion.kind !== 'text' && images.length === 0 && values.length === 0;
}

/** The changes of version and appVersion. */
export function chartChanges(
  chart: Chart,
  request: Request,
  { isChanged, isBumped }: BumpState,
): ChartChanges | { problem: string } {
  const { version: rule, appVersion: appRule, create } = request;
  const changesAppVersion = appRule.kind === 'text' && appRule.text !== chart.appVersion;
  const bumps = isChanged || changesAppVersion || (isBumpOnly(request) && !isBumped);
  const keepsVersion = rule.kind === 'none' || (rule.kind === 'level' && !bumps);
  const version = keepsVersion ? chart.version : nextVersion(chart, rule);
  if (typeof version !== 'string') return version;
  const byVersion = keepsVersion ? { changes: [] } : keyChanges(chart, { key: 'version', text: version, create }, []);
  if ('problem' in byVersion) return byVersion;
  // `auto` leaves a chart without appVersion alone, such as a library chart.
  const followsVersion = appRule.kind === 'same' && !keepsVersion && (chart.appVersion !== undefined || create);
  const appVersion = appRule.kind === 'text' ? appRule.text : followsVersion ? version : undefined;
  if (appVersion === undefined) return { changes: byVersion.changes, version };
  const byAppVersion = keyChanges(chart, { key: 'appVersion', text: appVersion, create }, byVersion.changes);
  if ('problem' in byAppVersion) return byAppVersion;
  return { changes: [...byVersion.changes, ...byAppVersion.changes], version, appVersion };
}

function keyChanges(
  { file }: Chart,
  { key, text, create }: { key: string; text: string; create: boolean },
  earlier: readonly Change[],
): { changes: Change[] } | { problem: string } {
  const location = findLocation([file], [{ kind: 'key', key }], create);
  if ('problem' in location) {
    const document = file.documents[0] as ParsedDocument;
    return inheritsValue({ document, map: document.contents, key }, text, earlier) ? { changes: [] } : location;
  }
  const change: Change = { location, scalar: { text, as: 'string' }, after: 'version' };
  return { changes: isUpToDate(change) ? [] : [change] };
}

/** An appVersion that follows the version can become lower once, which was not requested. */
export function appVersionWarnings(chart: Chart, { appVersion }: Request, { appVersion: now }: ChartChanges): string[] {
  const { appVersion: old = '', file } = chart;
  if (appVersion.kind !== 'same' || now === undefined || !isOlderVersion(now, old)) return [];
  return [
    `${file.path}: appVersion follows the version and goes back from ${old} to ${now}; set app-version: none to keep it`,
  ];
}
