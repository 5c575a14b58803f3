import { join } from 'node:path';
import { info } from '../../../lib/commands.ts';
import { ActionError } from '../../../lib/errors.ts';
import { setOutputs } from '../../../lib/result.ts';
import { writeWorkspaceFile } from '../../../lib/workspace.ts';
import type { Checked } from '../check.ts';
import { Refusals } from '../error-collector.ts';
import type { Settings } from '../inputs/inputs.ts';
import { jsonReport } from './json.ts';
import { renderPaths } from './render-paths.ts';
import { sarifLog } from './sarif.ts';
import { shown } from './targets.ts';

type WriteSettings = Pick<Settings, 'sarifFile' | 'reportFile' | 'renderDir' | 'area'>;

/**
 * Write the files that the inputs name, and set the output of each as soon as it is there.
 * @throws {ActionError} naming all that could not be written; it keeps none of the others from being written
 */
export async function writeReports(checked: Checked, settings: WriteSettings): Promise<void> {
  const { sarifFile, reportFile, renderDir, area } = settings;
  const write = (input: string, path: string, text: string): Promise<void> => writeText(area, input, { path, text });
  const refusals = new Refusals();
  await refusals.keep(undefined, async () => {
    if (sarifFile === undefined) return;
    await write('sarif-file', sarifFile, JSON.stringify(sarifLog(checked), undefined, 2));
    await setOutputs({ sarif: sarifFile });
  });
  await refusals.keep(undefined, async () => {
    if (reportFile === undefined) return;
    await write('report-file', reportFile, JSON.stringify(jsonReport(checked), undefined, 2));
    await setOutputs({ report: reportFile });
  });
  await refusals.keep(undefined, async () => {
    if (renderDir === undefined) return;
    const paths = renderPaths(checked.rendered.map(({ id }) => id));
    for (const [index, { text, failures }] of checked.rendered.entries())
      if (failures.length === 0) await write('render-dir', join(renderDir, paths[index] ?? ''), text);
    await setOutputs({ rendered: renderDir });
    info(`Rendered manifests are in ${renderDir}`);
  });
  refusals.finish();
}

/** A link in the repository must not lead what is written to a place that the input does not name, also not since it was looked at. */
async function writeText(
  area: WriteSettings['area'],
  input: string,
  { path, text }: { path: string; text: string },
): Promise<void> {
  const written = await writeWorkspaceFile(area, { path, text: text.endsWith('\n') ? text : `${text}\n` });
  if ('value' in written) return;
  throw new ActionError({
    what: `${shown(area, path)} could not be written`,
    why: `it ${written.problem}`,
    next: `Give the input ${input} a path that the runner may write, inside the workspace or the runner's temporary directory.`,
  });
}
