import { ActionError } from '../../../lib/errors.ts';
import { versionOfTag } from '../../../lib/versions.ts';
import { type Chart, ChartIndex, inChart, isDowngrade } from '../charts/chart.ts';
import { chartChanges, versionWarnings } from '../charts/chart-changes.ts';
import { chartAt } from '../charts/chart-directory.ts';
import { lockChanges, lockPaths } from '../charts/chart-lock.ts';
import { independentCharts } from '../charts/independent-charts.ts';
import { chartsWithOwnVersions, groupByChart, newerCharts } from '../charts/newer-charts.ts';
import { newerFiles } from '../charts/newer-files.ts';
import type { ImageChange } from '../images/image-changes.ts';
import { judgeUnmatched } from '../images/unmatched-image.ts';
import type { Request, VersionRule } from '../inputs/settings.ts';
import type { WantedImage } from '../inputs/wanted-image.ts';
import { chartRollback } from '../rollback/chart-rollback.ts';
import { collectRollback } from '../rollback/collect-rollback.ts';
import { NO_ROLLBACKS, type PastRollbacks } from '../rollback/past-rollbacks.ts';
import type { Rollback } from '../rollback/rollback.ts';
import { duplicateWarnings } from '../yaml/duplicates.ts';
import type { YamlFile } from '../yaml/source.ts';
import { fileOf, isUpToDate } from './change.ts';
import { collectChanges } from './collect-changes.ts';
import { applyEdits, type ChangedFile, type ChangedValue, type EditedFiles, planEdits } from './planned-edits.ts';
import { readYamlFiles, textChanges, withoutTextFiles } from './text-files.ts';
import { basePaths } from './values-files.ts';

export interface ChartResult {
  path: string;
  name: string;
  previous: string;
  version: string;
  appVersion: string;
  /** `''` when there was none. */
  previousAppVersion: string;
  changed: boolean;
  /** Why the chart is left alone. */
  skipped: string | undefined;
}

/** Everything that would change, verified; nothing is written yet. */
export interface Plan {
  charts: ChartResult[];
  changedValues: ChangedValue[];
  files: ChangedFile[];
  images: ImageChange[];
  warnings: string[];
  /** Every image that the files name, and what becomes of it; one line each. */
  reports: string[];
  /** The commit to which the charts go back. */
  rollback?: Rollback;
}

/** The files that a request may need, with those that record images to promote; some of them may not exist. */
export function pathsOf(request: Request): string[] {
  const { charts, values, images, from, valuesFiles, rollbackTo } = request;
  const named = values.flatMap(({ file }) => file ?? []);
  const hasImages = images.length + from.length > 0 || rollbackTo !== undefined;
  const searched = hasImages || values.some(({ file }) => file === undefined) ? valuesFiles : [];
  const paths = charts.flatMap((chart) => ['Chart.yaml', ...searched, ...named].map((file) => inChart(chart, file)));
  const all = [...paths, ...searched, ...named, ...from, ...basePaths(request)];
  return [...new Set([...all, ...lockPaths(request, all)])];
}

/** Other facts that the plan depends on. */
export interface PlanContext {
  /** Charts whose version this run has already bumped. */
  alreadyBumped?: ReadonlySet<string>;
  /** Files with an image of a newer commit, each with the reason. */
  newerSources?: ReadonlyMap<string, string>;
  /** The plan for the branch into which this one will be merged: its versions are not bumped again, and what it skips is skipped. */
  basePlan?: Plan;
  /** Whether the files are only changed in a checkout, where a later step can run Helm. */
  isCheckout?: boolean;
  /** The rollbacks that this plan must not undo. */
  rollbacks?: PastRollbacks;
}

/**
 * @param contents the files that exist, by path
 * @throws {ActionError} naming everything that prevents a change
 */
export function makePlan(request: Request, contents: ReadonlyMap<string, Uint8Array>, context: PlanContext = {}): Plan {
  const plan = planByChart(request, contents, context) ?? planTogether(request, contents, context).plan;
  return request.rollback === undefined ? plan : { ...plan, rollback: request.rollback };
}

/**
 * The plan for charts that do not depend on each other, one after the other: the parsed files of one chart are not kept for the next.
 * @returns `undefined` when the charts have to be planned together, or when something prevents a change: then everything that does is named at once
 */
function planByChart(
  request: Request,
  contents: ReadonlyMap<string, Uint8Array>,
  context: PlanContext,
): Plan | undefined {
  const parts = independentCharts(request, contents);
  if (parts === undefined) return undefined;
  const plan: Plan = { charts: [], changedValues: [], files: [], images: [], warnings: [], reports: [] };
  const matched = new Set<WantedImage>();
  try {
    for (const [path, files] of parts) {
      const part = planTogether({ ...request, charts: [path] }, files, { ...context, isPart: true });
      const unmatched = new Set(part.unmatched);
      for (const image of request.images) if (!unmatched.has(image)) matched.add(image);
      plan.charts.push(...part.plan.charts);
      plan.changedValues.push(...part.plan.changedValues);
      plan.files.push(...part.plan.files);
      plan.images.push(...part.plan.images);
      plan.warnings.push(...part.plan.warnings);
      plan.reports.push(...part.plan.reports);
    }
  } catch (error) {
    if (error instanceof ActionError) return undefined;
    throw error;
  }
  if (request.images.some((image) => !matched.has(image))) return undefined;
  return { ...plan, warnings: [...new Set(plan.warnings)] };
}

interface PartContext extends PlanContext {
  /** Whether other charts are planned too: an image that this one does not name may be theirs. */
  isPart?: boolean;
}

function planTogether(
  request: Request,
  contents: ReadonlyMap<string, Uint8Array>,
  {
    alreadyBumped = new Set(),
    newerSources = new Map(),
    basePlan,
    isCheckout = false,
    rollbacks = NO_ROLLBACKS,
    isPart = false,
  }: PartContext,
): { plan: Plan; unmatched: WantedImage[] } {
  const files = readYamlFiles(request, contents);
  const problems: string[] = [];
  const charts = request.charts.flatMap((path) => {
    const chart = chartAt(path, files);
    if (!('problem' in chart)) return [chart];
    problems.push(chart.problem);
    return [];
  });
  const { rollback } = request;
  const collected =
    rollback === undefined
      ? collectChanges(withoutTextFiles(request), files)
      : collectRollback(request, rollback, files);
  const text = textChanges(request, contents);
  problems.push(...collected.problems, ...text.problems);
  const unmatched = judgeUnmatched(isPart ? [] : collected.unmatched, request.images);
  problems.push(...unmatched.problems);
  const warnings = [...collected.warnings, ...text.warnings, ...unmatched.warnings];
  problems.push(...chartsWithOwnVersions(charts, request, collected.images));
  const skipped = new Map([
    ...newerCharts(charts, request, { images: collected.images, newerSources }),
    ...skippedIn(basePlan),
  ]);
  const index = new ChartIndex(charts);
  const newer = newerFiles(index, request, collected.images);
  warnings.push(...newer.values());
  const isSkipped = (file: Pick<YamlFile, 'path'>): boolean => {
    if (newer.has(file.path)) return true;
    const owner = index.ownerOf(file);
    return owner === undefined ? skipped.size > 0 && skipped.size === charts.length : skipped.has(owner.path);
  };
  const changes = collected.changes.filter((change) => !isSkipped(fileOf(change)) && !isUpToDate(change));
  const textFiles = text.files.filter((file) => !isSkipped(file));
  const changedCharts = new Set([...changes.map(fileOf), ...textFiles].map((file) => index.ownerOf(file)));
  const imagesByChart = groupByChart(charts, collected.images);
  const results: ChartResult[] = [];
  for (const chart of charts) {
    const isChanged = changedCharts.has(chart);
    const reason = skipped.get(chart.path);
    const version = rollbacks.aboveHeld(chart, ruleOnTopOf(basePlan, chart, request.version));
    const planChart = (): ReturnType<typeof chartChanges> =>
      rollback === undefined
        ? chartChanges(
            chart,
            { ...request, version },
            {
              isChanged,
              isBumped: alreadyBumped.has(chart.path),
              images: imagesByChart.get(chart) ?? [],
            },
          )
        : chartRollback(chart, request, rollback);
    const planned = reason === undefined ? planChart() : { changes: [] };
    if ('problem' in planned) {
      problems.push(planned.problem);
      continue;
    }
    changes.push(...planned.changes);
    warnings.push(...(planned.warnings ?? versionWarnings(chart, request, planned)));
    results.push({
      path: chart.path,
      name: chart.name,
      previous: chart.version,
      version: planned.version ?? chart.version,
      appVersion: planned.appVersion ?? chart.appVersion ?? '',
      previousAppVersion: chart.appVersion ?? '',
      changed: isChanged || planned.changes.length > 0,
      skipped: reason,
    });
  }
  const planned = planEdits(changes);
  problems.push(...planned.problems);
  if (problems.length > 0) throw impossibleChange(problems);
  const edited = withLocks(applyEdits(planned.edits), files);
  const images = collected.images.filter(({ file }) => !isSkipped(file));
  if (rollback === undefined) rollbacks.assertKept({ charts: results, images });
  if (!isCheckout && edited.problems.length > 0) throw impossibleChange(edited.problems);
  warnings.push(...edited.problems);
  const plan: Plan = {
    charts: results,
    files: [...edited.files, ...textFiles],
    changedValues: [...edited.changedValues, ...text.changedValues.filter(({ file }) => !isSkipped({ path: file }))],
    images,
    warnings: [...new Set([...warnings, ...[...new Set(changes.map(fileOf))].flatMap(duplicateWarnings)])],
    reports: collected.reports.map(({ path, text, changes }) =>
      changes && isSkipped({ path }) ? `${text}, but this is left alone: see the warnings` : text,
    ),
  };
  return { plan, unmatched: collected.unmatched.map(({ image }) => image) };
}

/** The edited files with the lock files that follow them, and the lock files that cannot. */
function withLocks(edited: EditedFiles, files: ReadonlyMap<string, YamlFile>): EditedFiles & { problems: string[] } {
  const locks = lockChanges(edited.files, files);
  const planned = planEdits(locks.changes.filter((change) => !isUpToDate(change)));
  const locked = applyEdits(planned.edits);
  return {
    files: [...edited.files, ...locked.files],
    changedValues: [...edited.changedValues, ...locked.changedValues],
    problems: [...locks.problems, ...planned.problems],
  };
}

function impossibleChange(problems: readonly string[]): ActionError {
  return new ActionError({
    what:
      problems.length === 1
        ? 'the chart cannot be changed'
        : `the chart cannot be changed for ${problems.length} reasons`,
    why: problems.join('\n'),
    next: 'Correct the inputs or the chart. Nothing was changed.',
  });
}

const skippedIn = (plan: Plan | undefined): [string, string][] =>
  (plan?.charts ?? []).flatMap(({ path, skipped }): [string, string][] =>
    skipped === undefined ? [] : [[path, skipped]],
  );

/** A bump starts from the base, and never lowers a version that is set higher on the branch. */
function ruleOnTopOf(basePlan: Plan | undefined, chart: Chart, rule: VersionRule): VersionRule {
  const planned = basePlan?.charts.find(({ path }) => path === chart.path);
  if (rule.kind === 'exact' || rule.kind === 'none' || planned === undefined) return rule;
  const version = planned.version === planned.previous ? undefined : versionOfTag(planned.version);
  if (version === undefined) return { kind: 'none' };
  const bumped: VersionRule = { kind: 'exact', version };
  return isDowngrade(chart, bumped) ? { kind: 'none' } : bumped;
}
