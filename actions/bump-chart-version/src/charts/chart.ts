import semver from 'semver';
import { isMap, isScalar } from 'yaml';
import {
  incrementVersion,
  isStable,
  parseVersion,
  type Version,
  versionOfTag,
  versionText,
} from '../../../lib/versions.ts';
import type { VersionRule } from '../inputs/settings.ts';
import { lookUp } from '../yaml/lookup.ts';
import type { YamlFile } from '../yaml/source.ts';

/** A chart as its Chart.yaml describes it. */
export interface Chart {
  /** The directory, from the repository's root. */
  path: string;
  file: YamlFile;
  name: string;
  /** As written, also when it is not a semantic version; `''` when the key has no value. */
  version: string;
  /** `undefined` when Chart.yaml has no such key. */
  appVersion: string | undefined;
}

/** The path of a file of a chart; the chart can be the repository's root. */
export const inChart = (chart: string, file: string): string => (chart === '.' ? file : `${chart}/${file}`);

export function readChart(path: string, file: YamlFile): Chart | { problem: string } {
  const document = file.documents[0];
  if (document === undefined || !isMap(document.contents) || file.documents.length > 1) {
    return { problem: `${file.path}:1: is not a single mapping, as Chart.yaml must be` };
  }
  const text = (key: string): string | undefined => {
    const found = lookUp(document, document.contents, key);
    if (found === undefined) return undefined;
    const { node } = found;
    if (node === null || (isScalar(node) && node.value === null)) return '';
    if (!isScalar(node)) return undefined;
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  };
  const version = text('version');
  if (version === undefined) return { problem: `${file.path}:1: has no version` };
  const directory = path.split('/').at(-1) ?? path;
  return { path, file, name: text('name') || directory, version, appVersion: text('appVersion') };
}

/** A rule that gives the version of a chart without regard to its images. */
export type ChartVersionRule = Exclude<VersionRule, { kind: 'follow' }>;

/** The version that a rule gives a chart, with the `v` of the current one; the current version when the rule changes nothing. */
export function nextVersion(chart: Chart, rule: ChartVersionRule): string | { problem: string } {
  if (rule.kind === 'none') return chart.version;
  if (rule.kind === 'exact') return inFormOf(chart.version, rule.version);
  const current = currentVersion(chart);
  const start = `${chart.file.path}: the version ${JSON.stringify(chart.version)}`;
  if (current === undefined) {
    return {
      problem: `${start} is not a semantic version, so there is no next ${rule.level} version; set a version, such as version: 1.0.0`,
    };
  }
  const from = rule.above !== undefined && semver.gt(rule.above, current) ? rule.above : current;
  const next = incrementVersion(from, rule.level);
  if (next !== undefined) return inFormOf(chart.version, next);
  const [reason, example] = isStable(current)
    ? ['is not a pre-release', `${incrementVersion(current, 'minor')}-rc.1`]
    : ['has no number that can be counted up', `${current.major}.${current.minor}.${current.patch}-rc.1`];
  return {
    problem: `${start} ${reason}, so there is no next pre-release of it; set a version, such as version: ${example}`,
  };
}

/** A version in the form of the value that it replaces: `v1.4.2` in place of `v1.4.1`, which can be part of the name of an image. */
export const inFormOf = (old: string, version: Version): string =>
  `${/^v\d/.test(old) ? 'v' : ''}${versionText(version)}`;

/** `helm create` writes this appVersion, whatever the chart's version is. */
const HELM_CREATE_APP_VERSION = '1.16.0';

/** Whether the chart's appVersion says nothing yet: it has no value, or the one of `helm create`. */
export const isPlaceholder = (appVersion: string | undefined): boolean =>
  appVersion === undefined || appVersion === '' || appVersion === HELM_CREATE_APP_VERSION;

/** Whether the chart's version and its appVersion are one version, with or without `v` and build metadata. */
export function isReleasedAsOne({ version, appVersion }: Chart): boolean {
  if (version === appVersion) return true;
  const [a, b] = [versionOfTag(version), versionOfTag(appVersion ?? '')];
  return a !== undefined && b !== undefined && semver.eq(a, b);
}

/** Whether the rule would take the chart back to a lower version. */
export function isDowngrade(chart: Chart, rule: VersionRule): boolean {
  const current = currentVersion(chart);
  return rule.kind === 'exact' && current !== undefined && semver.lt(rule.version, current);
}

/** Whether both are versions and the first is lower. Two strings that are not versions have no order. */
export function isOlderVersion(version: string, than: string): boolean {
  const [a, b] = [versionOfTag(version), versionOfTag(than)];
  return a !== undefined && b !== undefined && semver.lt(a, b);
}

function currentVersion(chart: Chart): Version | undefined {
  const parsed = parseVersion(chart.version);
  return 'value' in parsed ? parsed.value : undefined;
}

/** Charts by their directories. */
export class ChartIndex<T extends Pick<Chart, 'path'> = Chart> {
  readonly #byPath: ReadonlyMap<string, T>;

  constructor(charts: readonly T[]) {
    this.#byPath = new Map(charts.map((chart) => [chart.path, chart]));
  }

  /** The chart whose directory contains the file; the innermost when one chart is inside another. */
  ownerOf({ path }: Pick<YamlFile, 'path'>): T | undefined {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const owner = this.#byPath.get(path.slice(0, end));
      if (owner !== undefined) return owner;
    }
    return this.#byPath.get('.');
  }
}
