import type { Environment } from '../../lib/inputs.ts';
import { Refusals } from './error-collector.ts';
import { find } from './inputs/discover.ts';
import { openFiles } from './inputs/files.ts';
import { readSettings } from './inputs/inputs.ts';

/** Lint, render and scan charts and manifests in every case; fail when something is as bad as `fail-on` says. */
export async function main(env: Environment): Promise<void> {
  const settings = await readSettings(env);
  const files = openFiles(settings.workspace);
  const refusals = new Refusals();
  const found = await find(settings, files, refusals);
  // Whether the charts have the images that are to be set is in their values; all else is answered without reading them.
  if (settings.images === undefined) refusals.finish();

  // All that checks is loaded only now: a wrong input was answered without it.
  const { gather, check, tell, failOn } = await import('./flow.ts');
  const material = await gather(settings, files, found, refusals);
  refusals.finish();
  const checked = await check(settings, material, { files, env, now: new Date(), refusals });
  await refusals.keep(undefined, () => tell(checked, settings, env));
  refusals.finish();
  failOn(checked, settings);
}
