import { differenceLevel, type Version, versionOfTag, versionText } from '../../../lib/versions.ts';
import type { ImageChange } from '../images/image-changes.ts';
import type { Request, VersionRule } from '../inputs/settings.ts';
import { type Change, inheritsValue, isUpToDate } from '../plan/change.ts';
import { findLocation } from '../plan/locations.ts';
import type { ParsedDocument } from '../yaml/source.ts';
import {
  type Chart,
  type ChartVersionRule,
  inFormOf,
  isOlderVersion,
  isPlaceholder,
  isReleasedAsOne,
  nextVersion,
} from './chart.ts';

/** The changes of a Chart.yaml. */
export interface ChartChanges {
  changes: Change[];
  version?: string;
  appVersion?: string;
  /** What could not be changed as requested. */
  warnings?: string[];
}

/** Determines the level of a bump, and whether it takes effect. */
interface BumpState {
  /** Whether other values of the chart change. */
  isChanged: boolean;
  /** Whether this run has already bumped the chart's version. */
  isBumped: boolean;
  /** The images in the chart's values files. */
  images: readonly ImageChange[];
}

/** Whether a request only bumps versions: then only the commit of an earlier attempt shows that the run has already done so. */
export function isBumpOnly({ version, appVersion, images, from, values }: Request): boolean {
  const hasNoOtherChanges = images.length === 0 && from.length === 0 && values.length === 0;
  return version.kind === 'level' && appVersion.kind !== 'text' && hasNoOtherChanges;
}

/** The changes of version and appVersion. */
export function chartChanges(
  chart: Chart,
  request: Request,
  { isChanged, isBumped, images }: BumpState,
): ChartChanges | { problem: string } {
  const { create } = request;
  const rule = versionRule(request.version, images);
  const given = givenAppVersion(chart, request);
  const bumps = isChanged || (given === undefined ? isBumpOnly(request) && !isBumped : given !== chart.appVersion);
  const keepsVersion = rule.kind === 'none' || (rule.kind === 'level' && !bumps);
  const version = keepsVersion ? chart.version : nextVersion(chart, rule);
  if (typeof version !== 'string') return version;
  const byVersion = keepsVersion ? { changes: [] } : keyChanges(chart, { key: 'version', text: version, create }, []);
  if ('problem' in byVersion) return byVersion;
  const appVersion = given ?? (keepsVersion ? undefined : followingAppVersion(chart, request, { version, images }));
  if (appVersion === undefined) return { changes: byVersion.changes, version };
  const byAppVersion = keyChanges(chart, { key: 'appVersion', text: appVersion, create }, byVersion.changes);
  if ('problem' in byAppVersion) return byAppVersion;
  return { changes: [...byVersion.changes, ...byAppVersion.changes], version, appVersion };
}

/** `follow` is the highest level at which an image changes; `patch` when the tags are not versions, or only other values change. */
function versionRule(rule: VersionRule, images: readonly ImageChange[]): ChartVersionRule {
  if (rule.kind !== 'follow') return rule;
  const levels = images.map(({ from, to }) => {
    const [a, b] = [versionOfTag(from.tag ?? ''), versionOfTag(to.tag ?? '')];
    return a === undefined || b === undefined ? 'patch' : differenceLevel(a, b);
  });
  return {
    ...rule,
    kind: 'level',
    level: (['major', 'minor'] as const).find((level) => levels.includes(level)) ?? 'patch',
  };
}

/** An appVersion that the request names: in its input, or as the pushed tag. With `version: none` the pushed tag changes nothing. */
function givenAppVersion(chart: Chart, { version, appVersion, create }: Request): string | undefined {
  if (appVersion.kind === 'text') return appVersion.text;
  if (appVersion.kind === 'none' || version.kind === 'none' || appVersion.tag === undefined) return undefined;
  return hasAppVersion(chart, create) ? inFormOf(chart.appVersion ?? '', appVersion.tag) : undefined;
}

/** `auto` leaves a chart without appVersion alone, such as a library chart. */
const hasAppVersion = ({ appVersion }: Chart, create: boolean): boolean => appVersion !== undefined || create;

/** The appVersion of a chart whose version changes, without a pushed tag: that of its images, or the chart's own. */
function followingAppVersion(
  chart: Chart,
  { appVersion: rule, create }: Request,
  { version, images }: { version: string; images: readonly ImageChange[] },
): string | undefined {
  if (rule.kind !== 'auto' || !hasAppVersion(chart, create)) return undefined;
  const common = commonVersion(images);
  if (common !== undefined) return inFormOf(chart.appVersion ?? '', common);
  if (isPlaceholder(chart.appVersion)) return version;
  const next = isReleasedAsOne(chart) ? versionOfTag(version) : undefined;
  return next && inFormOf(chart.appVersion ?? '', next);
}

/** The version that the tags of all images are. */
function commonVersion(images: readonly ImageChange[]): Version | undefined {
  const [first, ...others] = images.map(({ to }) => versionOfTag(to.tag ?? ''));
  const isFirst = (other: Version | undefined): boolean =>
    first !== undefined && other !== undefined && versionText(other) === versionText(first);
  return others.every(isFirst) ? first : undefined;
}

/** The change of one key of Chart.yaml; none when it has the text already. */
export function keyChanges(
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

/** What was not requested in so many words: a lower appVersion, and the pushed tag as the version of a chart that seems to have its own. */
export function versionWarnings(chart: Chart, request: Request, planned: ChartChanges): string[] {
  const { version: rule, appVersion } = request;
  const { version: previous, appVersion: old = '', file } = chart;
  if (appVersion.kind !== 'auto' || planned.appVersion === undefined) return [];
  const now = planned.appVersion;
  if (isOlderVersion(now, old))
    return [`${file.path}: appVersion goes back from ${old} to ${now}; set app-version: none to keep it`];
  const isOwnVersion = isOlderVersion(previous, old) && !isPlaceholder(old);
  return rule.kind === 'exact' && appVersion.tag !== undefined && isOwnVersion
    ? [
        `${file.path}: the version goes from ${previous} to ${planned.version}, that of the pushed tag; if this chart has versions of its own, set version: patch`,
      ]
    : [];
}
