import { ActionError } from '../../lib/errors.ts';
import { applyAll, type ChangedFile, editsFor, type Row } from './apply.ts';
import { type Chart, inChart, nextVersion, readChart, wouldGoBack } from './chart.ts';
import type { Request } from './inputs.ts';
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

/**
 * @param contents the files that exist, by path
 * @param counted charts whose version this run has counted up already
 * @throws {ActionError} naming everything that stands in the way
 */
export function makePlan(
  request: Request,
  contents: ReadonlyMap<string, Uint8Array>,
  counted: ReadonlySet<string> = new Set(),
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
  const skipped = new Map<string, string>();
  for (const chart of charts) {
    const reason = skipReason(chart, charts, request, asked.images);
    if (reason !== undefined)
      skipped.set(chart.path, `${reason}: nothing is changed there; allow-downgrade: true goes back`);
  }
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
      reason === undefined ? chartWishes(chart, request, ownWishes.length > 0, counted) : { wishes: [] };
    if ('problem' in wanted) {
      problems.push(wanted.problem);
      continue;
    }
    granted.push(...wanted.wishes);
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
    warnings: asked.warnings,
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

/** The chart whose folder holds the file; the innermost, should one chart lie in another. */
function ownerOf(file: YamlFile, charts: readonly Chart[]): Chart | undefined {
  const depth = ({ path }: Chart): number => (path === '.' ? 0 : path.length);
  return charts
    .filter(({ path }) => path === '.' || file.path.startsWith(`${path}/`))
    .sort((a, b) => depth(b) - depth(a))[0];
}

/**
 * An older run must not undo a newer one: by the chart's version, by an appVersion that is given, or by the images' tags when no version
 * is. An appVersion that follows the version says nothing: `helm create` starts with 1.16.0 beside version 0.1.0.
 */
function skipReason(
  chart: Chart,
  charts: readonly Chart[],
  { version, appVersion, allowDowngrade }: Request,
  images: readonly ImageWish[],
): string | undefined {
  if (allowDowngrade) return undefined;
  if (version.kind === 'exact' && wouldGoBack(chart, version))
    return `${chart.path} is at ${chart.version}, which is newer than ${version.version.version}`;
  if (appVersion.kind === 'text' && isOlder(appVersion.text, chart.appVersion ?? ''))
    return `${chart.path} has the appVersion ${chart.appVersion}, which is newer than ${appVersion.text}`;
  if (version.kind === 'exact') return undefined;
  const older = images.find((image) => image.isOlder && ownerOf(image.file, charts) === chart);
  return older && `${chart.path} has ${older.repository} at ${older.from.tag}, which is newer than ${older.to.tag}`;
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
