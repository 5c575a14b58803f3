import { join } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { writeWorkspaceFile } from '../../../lib/files/workspace.ts';
import { info } from '../../../lib/runner/commands.ts';
import type { CheckResult } from '../check.ts';
import { ErrorCollector } from '../error-collector.ts';
import type { Settings } from '../inputs/inputs.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { displayPath } from './output-paths.ts';
import { renderPaths } from './render-paths.ts';
import { sarifLog } from './sarif.ts';

type WriteSettings = Pick<Settings, 'sarifFile' | 'reportFile' | 'renderDir' | 'junitFile' | 'failOn' | 'area'>;

/** The paths of the reports, absolute, and why the others were not written. */
export interface WrittenReports {
  sarif: string | undefined;
  report: string | undefined;
  junit: string | undefined;
  rendered: string | undefined;
  errors: readonly ActionError[];
}

/** Write the reports that the inputs name. One that cannot be written does not keep the others from being written. */
export async function writeReports(result: CheckResult, settings: WriteSettings): Promise<WrittenReports> {
  const { sarifFile, reportFile, renderDir, junitFile, area } = settings;
  const errors = new ErrorCollector();
  const write = async (
    path: string | undefined,
    filesOf: (path: string) => ReportFile[],
  ): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    return errors.attempt<string | undefined>(undefined, async () => {
      for (const file of filesOf(path)) await writeReport(area, file);
      return path;
    });
  };
  const sarif = await write(sarifFile, (path) => [{ input: 'sarif-file', path, text: toJson(sarifLog(result)) }]);
  const report = await write(reportFile, (path) => [{ input: 'report-file', path, text: toJson(jsonReport(result)) }]);
  const junit = await write(junitFile, (path) => [
    { input: 'junit-file', path, text: junitReport(result, settings.failOn) },
  ]);
  const rendered = await write(renderDir, (directory) => renderedFiles(result.rendered, directory));
  if (rendered !== undefined) info(`Rendered manifests are in ${rendered}`);
  return { sarif, report, junit, rendered, errors: errors.errors };
}

const toJson = (value: object): string => JSON.stringify(value, undefined, 2);

function renderedFiles(rendered: CheckResult['rendered'], directory: string): ReportFile[] {
  const paths = renderPaths(rendered.map(({ id }) => id));
  return rendered.flatMap(({ text, failures }, index) =>
    failures.length > 0 ? [] : [{ input: 'render-dir', path: join(directory, paths[index] ?? ''), text }],
  );
}

interface ReportFile {
  /** The input that names it, or the directory above it. */
  input: string;
  path: string;
  text: string;
}

/** The path is checked again: a link that was created since the inputs were checked must not lead the report elsewhere. */
async function writeReport(area: WriteSettings['area'], { input, path, text }: ReportFile): Promise<void> {
  const written = await writeWorkspaceFile(area, { path, text: text.endsWith('\n') ? text : `${text}\n` });
  if ('value' in written) return;
  throw new ActionError({
    what: `${displayPath(area, path)} could not be written`,
    why: `it ${written.problem}`,
    next: `Give the input ${input} a path that the runner may write, inside the workspace or the runner's temporary directory.`,
  });
}
