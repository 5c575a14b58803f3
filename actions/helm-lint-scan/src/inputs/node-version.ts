import { ActionError } from '../../../lib/errors.ts';

/** The version of `runs.using` in action.yml. */
const REQUIRED = 24;

/**
 * @param version as in `process.versions.node`
 * @throws {ActionError} when the program runs with an older version, in which functions are missing
 */
export function assertNodeVersion(version: string): void {
  if (Number.parseInt(version, 10) >= REQUIRED) return;
  throw new ActionError({
    what: `Node ${version} is too old`,
    why: `this action needs Node ${REQUIRED}, which action.yml names in runs.using`,
    next: 'Start the action with `uses:` on a runner of version 2.327.1 or newer, which has Node 24. If you start its program yourself, use Node 24.',
  });
}
