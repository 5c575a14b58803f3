import { ActionError } from '../../lib/errors.ts';
import { versionOfTag } from '../../lib/versions.ts';
import { applyAll, type ChangedFile, editsFor, type Row } from './apply.ts';
import { type Chart, inChart, nextVersion, ownerOf, readChart, wouldGoBack } from './chart.ts';
import { newerCharts } from './downgrade.ts';
import type { Request, VersionRule } from './inputs.ts';
import { isOlder } from './tags.ts';
import { findOne } from './targets.ts';
import { collectWishes, fileOf, follows, type ImageWish, isThere, type Wish } from './wishes.ts';
import { type ParsedDocument, readYaml, type YamlFile } from './yaml/source.ts';

export interface ChartResult {
  path: string;
  name: string;
  previous: string;
  version: string;
  appVersion: string;
  changed: boolean;
  /** Why nothing was done to it. */
  skipped: string | undefined;
}

/** Everything that would change, proven; nothing is written yet. */
export interface Plan {
  charts: ChartResult[];
  rows: Row[];
  files: ChangedFile[];
  images: ImageWish[];
  warnings: string[];
}

/** The files that a request may need, some of which may not exist. */
export function pathsOf(request: Request): string[] {
  const { charts, values, images, valuesFiles } = request;
  const named = values.flatMap(({ file }) => file ?? []);
  const searched = images.length > 0 || values.some(({ file }) => file === undefined) ? valuesFiles : [];
  const paths = charts.flatMap((chart) => ['Chart.yaml', ...searched, ...named].map((file) => inChart(chart, file)));
  return [...new Set([...paths, ...named])];
}

/** Whether the version is all that a step counts up: only its own earlier commit tells a second run from a first. */
export function countsOnly({ version, appVersion, images, values }: Request): boolean {
  return version.kind === 'level' && appVersion.kind !== 'text' && images.length === 0 && values.length === 0;
}

/** What is known beyond the files themselves. */
export interface Knowledge {
  /** Charts whose version this run has counted up already. */
  counted?: ReadonlySet<string>;
  /** The plan for the branch into which this one will be merged: its versions are not counted up again, what it skips is skipped. */
  below?: Plan;
}

/**
 * @param contents the files that exist, by path
 * @throws {ActionError} naming everything that stands in the way
 */
export function makePlan(
  request: Request,
  contents: ReadonlyMap<string, Uint8Array>,
  { counted = new Set(), below }: Knowledge = {},
): Plan {
  const files = new Map([...contents].map(([path, bytes]) => [path, readYaml(path, bytes)]));
  const problems: string[] = [];
  const charts = request.charts.flatMap((path) => {
    const chart = readChart(path, files.get(inChart(path, 'Chart.yaml')) as YamlFile);
    if (!('problem' in chart)) return [chart];
    problems.push(chart.problem);
    return [];
  });
  const asked = collectWishes(request, files);
  problems.push(...asked.problems);
  const skipped = new Map([...newerCharts(charts, request, asked.images), ...skippedBelow(below)]);
  const isSkipped = (file: YamlFile): boolean => {
    const owner = ownerOf(file, charts);
    return owner === undefined ? skipped.size > 0 && skipped.size === charts.length : skipped.has(owner.path);
  };
  const granted = asked.wishes.filter((wish) => !isSkipped(fileOf(wish)) && !isThere(wish));
  const results: ChartResult[] = [];
  for (const chart of charts) {
    const ownWishes = granted.filter((wish) => ownerOf(fileOf(wish), charts) === chart);
    const reason = skipped.get(chart.path);
    const wanted: ChartWishes | { problem: string } =
      reason === undefined
        ? chartWishes(
            chart,
            { ...request, version: ruleAbove(chart, request.version, below) },
            ownWishes.length > 0,
            counted,
          )
        : { wishes: [] };
    if ('problem' in wanted) {
      problems.push(wanted.problem);
      continue;
    }
    granted.push(...wanted.wishes);
    asked.warnings.push(...lowerAppVersion(chart, request, wanted));
    results.push({
      path: chart.path,
      name: chart.name,
      previous: chart.version,
      version: wanted.version ?? chart.version,
      appVersion: wanted.appVersion ?? chart.appVersion ?? '',
      changed: ownWishes.length + wanted.wishes.length > 0,
      skipped: reason,
    });
  }
  const edits = editsFor(granted, problems);
  if (problems.length > 0) throw impossible(problems);
  return {
    charts: results,
    ...applyAll(edits),
    images: asked.images.filter(({ file }) => !isSkipped(file)),
    warnings: [...new Set(asked.warnings)],
  };
}

function impossible(problems: readonly string[]): ActionError {
  return new ActionError({
    what:
      problems.length === 1
        ? 'the chart cannot be changed as asked'
        : `the chart cannot be changed as asked, for ${problems.length} reasons`,
    why: problems.join('\n'),
    next: 'Correct the inputs or the chart. Nothing was changed.',
  });
}

/** What follows the version may well be lower than what was there, once; but nobody asked for that. */
function lowerAppVersion(chart: Chart, { appVersion }: Request, { appVersion: now }: ChartWishes): string[] {
  const { appVersion: old = '', file } = chart;
  if (appVersion.kind !== 'same' || now === undefined || !isOlder(now, old)) return [];
  return [
    `${file.path}: appVersion was ${old} and becomes the lower ${now}, as the version is; app-version: none leaves it`,
  ];
}

const skippedBelow = (below: Plan | undefined): [string, string][] =>
  (below?.charts ?? []).flatMap(({ path, skipped }): [string, string][] =>
    skipped === undefined ? [] : [[path, skipped]],
  );

/** Counting up starts from the branch below, and never takes a chart back that somebody has set higher. */
function ruleAbove(chart: Chart, rule: VersionRule, below: Plan | undefined): VersionRule {
  const there = below?.charts.find(({ path }) => path === chart.path);
  if (rule.kind !== 'level' || there === undefined) return rule;
  const version = there.version === there.previous ? undefined : versionOfTag(there.version);
  if (version === undefined) return { kind: 'none' };
  const counted: VersionRule = { kind: 'exact', version };
  return wouldGoBack(chart, counted) ? { kind: 'none' } : counted;
}

interface ChartWishes {
  wishes: Wish[];
  version?: string;
  appVersion?: string;
}

/** What a chart's own file gets. */
function chartWishes(
  chart: Chart,
  request: Request,
  isChanged: boolean,
  counted: ReadonlySet<string>,
): ChartWishes | { problem: string } {
  const { version: rule, appVersion: appRule } = request;
  const textChanges = appRule.kind === 'text' && appRule.text !== chart.appVersion;
  const isCounting = isChanged || textChanges || (countsOnly(request) && !counted.has(chart.path));
  const stays = rule.kind === 'none' || (rule.kind === 'level' && !isCounting);
  const version = stays ? chart.version : nextVersion(chart, rule);
  if (typeof version !== 'string') return version;
  const wishes: Wish[] = [];
  const wish = (key: string, text: string): string | undefined => {
    const place = findOne([chart.file], [{ kind: 'key', key }], request.create);
    if ('problem' in place) {
      const document = chart.file.documents[0] as ParsedDocument;
      return follows(document, document.contents, key, text, wishes) ? undefined : place.problem;
    }
    const each: Wish = { place, scalar: { text, as: 'string' }, after: 'version' };
    if (!isThere(each)) wishes.push(each);
    return undefined;
  };
  const fault = stays ? undefined : wish('version', version);
  if (fault !== undefined) return { problem: fault };
  // "The same version" leaves a chart alone that has no appVersion: a library, say.
  const isSame = appRule.kind === 'same' && !stays && (chart.appVersion !== undefined || request.create);
  const appVersion = appRule.kind === 'text' ? appRule.text : isSame ? version : undefined;
  if (appVersion === undefined) return { wishes, version };
  const appFault = wish('appVersion', appVersion);
  return appFault === undefined ? { wishes, version, appVersion } : { problem: appFault };
}
