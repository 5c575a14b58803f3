import { join } from 'node:path';
import { annotate } from '../../lib/runner/commands.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { type BaseContext, checkBase } from './base-state.ts';
import { type Changes, findChanges, isEmptyInput, limitInput } from './changes/find-changes.ts';
import { check } from './check.ts';
import { ErrorCollector } from './error-collector.ts';
import { assertBelowThreshold } from './fail-on.ts';
import { type Baseline, readBaseline } from './findings/baseline.ts';
import { buildDependencies } from './helm/dependencies.ts';
import type { DiscoveredPaths } from './inputs/discover.ts';
import { createFiles } from './inputs/files.ts';
import type { Settings } from './inputs/inputs.ts';
import { loadInputs } from './inputs/scan-input.ts';
import { setCounts, setReportPaths } from './outputs.ts';
import { logFindings } from './report/log.ts';
import { blobUrl, summaryText } from './report/summary.ts';
import { writeReports } from './report/write.ts';
import type { Tools } from './tools.ts';

/** Lint, render and scan charts and manifests in every case. Fails when a finding reaches the level of `fail-on`. */
export async function main(settings: Settings, discovered: DiscoveredPaths, tools: Tools): Promise<void> {
  const { env, scratch } = tools;
  const checkout = createFiles(settings.workspace);
  const errors = new ErrorCollector(discovered.errors);
  const changes = await errors.attempt(undefined, () =>
    findChanges(settings, discovered, { ...tools, files: checkout }),
  );
  const report = await errors.attempt(undefined, () => readReport(settings));
  const charts = discovered.directories.filter((path) => changes?.selection.charts.has(path) ?? true);
  const build = { ...tools, program: settings.helm, directory: join(scratch, 'dependencies') };
  const files = await errors.attempt(checkout, async () =>
    settings.dependencyBuild && errors.errors.length === 0 ? buildDependencies(checkout, charts, build) : checkout,
  );
  const loaded = await loadInputs(settings, files, discovered);
  errors.add(loaded.errors);
  errors.throwIfAny();

  const input = changes === undefined ? loaded.input : limitInput(loaded.input, changes);
  if (changes !== undefined && isEmptyInput(input))
    annotate({
      level: 'notice',
      title: 'helm-lint-scan: nothing to check',
      message: `No chart or manifest of this step has changed since ${changes.base.ref}.`,
    });
  const now = new Date();
  const baseline = report ?? (await checkBaseIfKnown(settings, changes, { ...tools, now, ownRules: input.ownRules }));
  const result = await check(settings, input, { ...tools, files, now, baseline });
  // A scanner that failed does not keep the other findings from being reported.
  errors.add(result.errors);
  await errors.attempt(undefined, async () => {
    await setCounts(result);
    await logFindings(result, settings.maxAnnotations);
    if (settings.summary) await writeSummary(summaryText({ ...result, blob: blobUrl(env) }));
    // Last, so that a file that cannot be written does not hide the findings.
    const reports = await writeReports(result, settings);
    await setReportPaths(reports);
    errors.add(reports.errors);
  });
  errors.throwIfAny();
  assertBelowThreshold(result, settings.failOn);
}

/** The report that the input `baseline` names. */
async function readReport({ baseline, area }: Settings): Promise<Baseline | undefined> {
  return baseline?.from === 'report' ? readBaseline(area, baseline.path) : undefined;
}

/** With `baseline: changed-since`, what was found at the base. */
async function checkBaseIfKnown(
  settings: Settings,
  changes: Changes | undefined,
  context: BaseContext,
): Promise<Baseline | undefined> {
  if (settings.baseline?.from !== 'changed-since' || changes === undefined) return undefined;
  return checkBase(settings, changes, context);
}
