import { ActionError } from '../../../lib/errors.ts';
import { insideWorkspace } from '../../../lib/workspace.ts';
import type { Settings } from '../inputs.ts';
import { Refusals } from '../refusals.ts';

type Paths = Pick<Settings, 'sarifFile' | 'reportFile' | 'renderDir' | 'outputRoots'>;

/** @throws {ActionError} when something that is to be written would be led by a link to a place that its input could not name */
export async function assertPathsInside({ sarifFile, reportFile, renderDir, outputRoots }: Paths): Promise<void> {
  const refusals = new Refusals();
  const paths = { 'sarif-file': sarifFile, 'report-file': reportFile, 'render-dir': renderDir };
  for (const [input, path] of Object.entries(paths))
    if (path !== undefined && !(await isInside(outputRoots, path))) refusals.add(leaves(input, path));
  refusals.finish();
}

/** Whether one of the folders holds the path, also when links are followed. */
export async function isInside(roots: readonly string[], path: string): Promise<boolean> {
  const verdicts = await Promise.all(roots.map((root) => insideWorkspace(root, path)));
  return verdicts.some((verdict) => 'value' in verdict);
}

const leaves = (input: string, path: string): ActionError =>
  new ActionError({
    what: `${path} cannot be written`,
    why: 'a link leads out of the workspace',
    next: `Give the input ${input} a path inside the workspace or the runner's temporary folder.`,
  });
