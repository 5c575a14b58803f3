import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleOptions, type BundleResult, runBundle } from '../../../scripts/test-support/bundle.ts';

/** The result of a step. */
export interface StepResult extends BundleResult {
  outputs: Record<string, string>;
  summary: string;
}

export interface StepOptions extends BundleOptions {
  /** The runner's variables and others. The step inherits only PATH and HOME of this process. */
  env: Record<string, string>;
  /** Directory for the files of the step. */
  dir: string;
}

/** Runs an action's committed bundle as a step: a separate process, with inputs as variables and outputs in files. */
export async function runStep({ dir, env, ...options }: StepOptions): Promise<StepResult> {
  const stepDir = await mkdtemp(join(dir, 'step-'));
  const [output, summary, temp] = [join(stepDir, 'output'), join(stepDir, 'summary'), join(stepDir, 'temp')];
  await Promise.all([writeFile(output, ''), writeFile(summary, ''), mkdir(temp)]);
  const result = await runBundle({
    ...options,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
      ...env,
    },
  });
  return {
    ...result,
    outputs: parseOutputs(await readFile(output, 'utf8')),
    summary: await readFile(summary, 'utf8'),
  };
}

/** Parses the runner's output file: `NAME<<DELIMITER`, the value, `DELIMITER`. */
function parseOutputs(text: string): Record<string, string> {
  const blocks = text.matchAll(/^(?<name>[^\n=<]+)<<(?<delimiter>\S+)\n(?<value>[\s\S]*?)\n\k<delimiter>$/gm);
  return Object.fromEntries([...blocks].map(({ groups }) => [groups?.name ?? '', groups?.value ?? '']));
}
