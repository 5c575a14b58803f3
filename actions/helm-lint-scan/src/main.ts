import type { Environment } from '../../lib/runner/inputs.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { check } from './check.ts';
import { ErrorCollector } from './error-collector.ts';
import { assertBelowThreshold } from './fail-on.ts';
import type { DiscoveredPaths } from './inputs/discover.ts';
import { createFiles } from './inputs/files.ts';
import type { Settings } from './inputs/inputs.ts';
import { loadInputs } from './inputs/scan-input.ts';
import { setCounts, setReportPaths } from './outputs.ts';
import { logFindings } from './report/log.ts';
import { blobUrl, summaryText } from './report/summary.ts';
import { writeReports } from './report/write.ts';

/** Lint, render and scan charts and manifests in every case. Fails when a finding reaches the level of `fail-on`. */
export async function main(settings: Settings, discovered: DiscoveredPaths, env: Environment): Promise<void> {
  const files = createFiles(settings.workspace);
  const errors = new ErrorCollector(discovered.errors);
  const loaded = await loadInputs(settings, files, discovered);
  errors.add(loaded.errors);
  errors.throwIfAny();

  const result = await check(settings, loaded.input, { files, env, now: new Date() });
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
