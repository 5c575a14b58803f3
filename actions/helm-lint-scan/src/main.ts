import type { Environment } from '../../lib/inputs.ts';
import { findChartFolders } from './chart-folders.ts';
import { openFiles } from './files.ts';
import { readSettings } from './inputs.ts';

/** Lint, render and scan charts and manifests in every case; fail when something is as bad as `fail-on` says. */
export async function main(env: Environment): Promise<void> {
  const settings = await readSettings(env);
  const files = openFiles(settings.workspace);
  const folders = await findChartFolders(files, settings.charts);

  // All that checks is loaded only now: a wrong input was answered without it.
  const { check, tell, failOn } = await import('./flow.ts');
  const checked = await check(settings, { files, folders, env, now: new Date() });
  await tell(checked, settings, env);
  failOn(checked, settings);
}
