import { ToolMissingError } from '../../../lib/errors.ts';
import { ErrorCollector } from '../error-collector.ts';
import { HELM_HINT } from '../helm/helm.ts';
import type { Settings } from './inputs.ts';

/** The programs that the step needs, each with what to do when it is missing. */
export function neededTools(
  { charts, helm, scanners }: Pick<Settings, 'charts' | 'helm' | 'scanners'>,
  directories: readonly string[],
): Map<string, string> {
  // Without a chart nothing is rendered. A program that the user names is looked up whenever charts are required.
  const needsHelm = directories.length > 0 || (charts.required && helm !== 'helm');
  return new Map([
    ...(needsHelm ? [[helm, HELM_HINT] as const] : []),
    ...scanners.map(
      (name) => [name, `Install ${name} in a step before this one, or remove it from the input scanners.`] as const,
    ),
  ]);
}

/** @throws {ActionError} with every program that is not installed */
export async function assertInstalled(tools: ReadonlyMap<string, string>): Promise<void> {
  if (tools.size === 0) return;
  const { which } = await import('@actions/io');
  const errors = new ErrorCollector();
  for (const [tool, hint] of tools)
    if ((await which(tool, false)) === '') errors.add([new ToolMissingError(tool, hint)]);
  errors.throwIfAny();
}
