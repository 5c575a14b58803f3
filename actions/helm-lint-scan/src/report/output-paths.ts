import { PathError } from '../../../lib/errors.ts';
import { relativeInside, resolveOutputPath } from '../../../lib/files/workspace.ts';
import { ErrorCollector } from '../error-collector.ts';
import type { Settings } from '../inputs/inputs.ts';

type OutputPaths = Pick<Settings, 'sarifFile' | 'reportFile' | 'renderDir' | 'junitFile' | 'area'>;

/** @throws {ActionError} when a report would be written to another path than the one that its input names */
export async function assertWritable({
  sarifFile,
  reportFile,
  renderDir,
  junitFile,
  area,
}: OutputPaths): Promise<void> {
  const errors = new ErrorCollector();
  const paths = {
    'sarif-file': sarifFile,
    'report-file': reportFile,
    'render-dir': renderDir,
    'junit-file': junitFile,
  };
  for (const [input, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    const place = await resolveOutputPath(area, path);
    if ('problem' in place)
      errors.add([new PathError(input, [{ path: displayPath(area, path), problem: place.problem }])]);
  }
  errors.throwIfAny();
}

/** A path relative to the workspace, if it is in the workspace. */
export const displayPath = ({ workspace }: OutputPaths['area'], path: string): string =>
  relativeInside(workspace, path) ?? path;
