import { join } from 'node:path';
import type { Exec } from '../../lib/processes/exec.ts';
import { group } from '../../lib/runner/commands.ts';
import type { Environment } from '../../lib/runner/inputs.ts';
import { checkoutBase } from './changes/checkout-base.ts';
import { discoverBase } from './changes/discover-base.ts';
import { type Changes, limitInput } from './changes/find-changes.ts';
import { selectChanged } from './changes/selection.ts';
import { check } from './check.ts';
import { ErrorCollector } from './error-collector.ts';
import { type Baseline, baselineOf } from './findings/baseline.ts';
import { buildDependencies } from './helm/dependencies.ts';
import type { Helm } from './helm/helm.ts';
import { createFiles } from './inputs/files.ts';
import type { Settings } from './inputs/inputs.ts';
import { loadInputs } from './inputs/scan-input.ts';
import type { OwnRule } from './own-rules/own-rule.ts';

export interface BaseContext {
  env: Environment;
  exec: Exec;
  helm: Helm;
  scratch: string;
  now: Date;
  /** Of the checkout as it is now. */
  ownRules: readonly OwnRule[];
}

/** Check what has changed as it was at the base, with the same settings. */
export async function checkBase(
  settings: Settings,
  { git, base, changed }: Changes,
  { env, exec, helm, scratch, now, ownRules }: BaseContext,
): Promise<Baseline> {
  const workspace = await checkoutBase(git, base, scratch);
  const baseSettings: Settings = { ...settings, workspace };
  const checkout = createFiles(workspace);
  const discovered = await discoverBase(baseSettings, ownRules);
  const selection = await selectChanged(changed, discovered, { files: checkout, settings: baseSettings });
  const build = { exec, env, program: settings.helm, directory: join(scratch, 'base-dependencies') };
  // A dependency that is gone leaves its chart not rendered, as it would be at the base today.
  const files = await new ErrorCollector().attempt(checkout, async () =>
    settings.dependencyBuild ? buildDependencies(checkout, [...selection.charts], build) : checkout,
  );
  const { input } = await loadInputs(baseSettings, files, discovered);
  const result = await group(`The findings at ${base.ref} (${base.mergeBase.slice(0, 7)})`, () =>
    check(baseSettings, limitInput(input, { selection, unraised: [] }), { files, env, exec, helm, now }),
  );
  return baselineOf(result.findings);
}
