import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { info } from '../../../lib/commands.ts';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { setOutputs } from '../../../lib/result.ts';
import type { Checked } from '../check.ts';
import type { Settings } from '../inputs.ts';
import { Refusals } from '../refusals.ts';
import { isInside } from './inside.ts';
import { jsonReport } from './json.ts';
import { renderPaths } from './render-paths.ts';
import { sarifLog } from './sarif.ts';

type WriteSettings = Pick<Settings, 'sarifFile' | 'reportFile' | 'renderDir' | 'outputRoots'>;

/**
 * Write the files that the inputs name, and set the output of each as soon as it is there.
 * @throws {ActionError} naming all that could not be written; it keeps none of the others from being written
 */
export async function writeReports(checked: Checked, settings: WriteSettings): Promise<void> {
  const { sarifFile, reportFile, renderDir, outputRoots } = settings;
  const write = (input: string, path: string, text: string): Promise<void> =>
    writeInside(outputRoots, input, path, text);
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

/** A link in the repository must not lead what is written to a place that the input could not name. */
async function writeInside(roots: readonly string[], input: string, path: string, text: string): Promise<void> {
  try {
    if (!(await isInside(roots, path))) throw new Error('a link leads out of the workspace');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text.endsWith('\n') ? text : `${text}\n`);
  } catch (error) {
    throw new ActionError({
      what: `${path} could not be written`,
      why: messageOf(error),
      next: `Give the input ${input} a path that the runner may write, inside the workspace or the runner's temporary folder.`,
      cause: error,
    });
  }
}
