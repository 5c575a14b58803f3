import { lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Builder } from './builder.ts';

/** A builder that raises file times before a reproducible build, so that no file of the context is older than the commit. */
export function withRaisedTimes(builder: Builder): Builder {
  return {
    async build(plan, log) {
      const failed = plan.epoch === undefined ? 0 : raiseTimes(plan.image.context, plan.epoch);
      if (failed > 0)
        log.progress(
          `${failed} files or directories could not be set to the time of the commit; another checkout may give a different digest`,
        );
      return builder.build(plan, log);
    },
    export: (plan, names, log) => builder.export(plan, names, log),
  };
}

/**
 * Set the time of every file in a directory that is older than the commit to the commit's time. BuildKit's `rewrite-timestamp` only lowers times
 * (https://github.com/moby/buildkit/blob/v0.34.2/util/converter/converter.go): a file that a runner kept from an earlier checkout would keep
 * its own time in the image, which would then have a different digest than one from a fresh checkout, where no file is older than the commit.
 * @param epoch in seconds since 1970
 * @returns how many entries could not be read or changed
 */
export function raiseTimes(directory: string, epoch: number): number {
  const entries = tryOrUndefined(() => readdirSync(directory, { withFileTypes: true }));
  let failed = entries === undefined ? 1 : raiseTime(directory, epoch);
  for (const entry of entries ?? []) {
    if (entry.name === '.git') continue;
    const path = join(directory, entry.name);
    failed += entry.isDirectory() ? raiseTimes(path, epoch) : raiseTime(path, epoch);
  }
  return failed;
}

function raiseTime(path: string, epoch: number): number {
  const done = tryOrUndefined(() => {
    if (lstatSync(path).mtimeMs < epoch * 1000) lutimesSync(path, epoch, epoch);
    return true;
  });
  return done === undefined ? 1 : 0;
}

/** Files of other users or on a read-only disk do not fail the build; the caller counts them. */
function tryOrUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
