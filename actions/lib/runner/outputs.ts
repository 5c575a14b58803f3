import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { annotate, info } from './commands.ts';
import type { Environment } from './inputs.ts';
import { invalidVariableError } from './variables.ts';

export type OutputValue = string | number | boolean | object | undefined;

/**
 * Set outputs at once, so that they are also set when the step fails later. Objects become JSON, `undefined` becomes empty. Outside a runner they are
 * printed.
 * @throws {ActionError} when the runner's file cannot be written, and Node's own error when the disk is full
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-output-parameter
 */
export async function setOutputs(outputs: Readonly<Record<string, OutputValue>>): Promise<void> {
  const texts = Object.entries(outputs).map(
    ([name, value = '']) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  const file = process.env.GITHUB_OUTPUT;
  if (!file) return info(texts.map(([name, text]) => `Output ${name}: ${text}`).join('\n'));
  await writeFileCommands('GITHUB_OUTPUT', file, texts);
}

/**
 * Save a value for the post step of this action, which gets it as the environment variable `STATE_NAME`. Outside a runner there is none.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#sending-values-to-the-pre-and-post-actions
 */
export async function saveState(name: string, value: string, env: Environment): Promise<void> {
  if (env.GITHUB_STATE) await writeFileCommands('GITHUB_STATE', env.GITHUB_STATE, [[name, value]]);
}

/** The runner creates its files: one that is missing is not the runner's. */
const APPEND = constants.O_WRONLY | constants.O_APPEND;

/**
 * Add names and values to a file of the runner, all in one write. No value can end early: its delimiter is random.
 * Not with `@actions/core`, which takes longer to load than most steps need for the rest.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
async function writeFileCommands(
  variable: string,
  file: string,
  values: readonly (readonly [name: string, value: string])[],
): Promise<void> {
  const delimiter = `end_${randomUUID()}`;
  const lines = values.map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
  try {
    await appendFile(file, lines.join(''), { flag: APPEND });
  } catch (error) {
    // A full disk is not the variable's fault: `run` reports it.
    throw (error as { code?: unknown }).code === 'ENOSPC'
      ? error
      : invalidVariableError(variable, messageOf(error), error);
  }
}

/**
 * Add the step's summary to the job's page. Outside a runner, and when it cannot be written, it is printed instead:
 * a summary never fails a step that has done its work.
 */
export async function writeSummary(markdown: string): Promise<void> {
  if (!process.env.GITHUB_STEP_SUMMARY) return info(markdown);
  const { summary } = await import('@actions/core');
  try {
    await summary.addRaw(markdown, true).write();
  } catch (error) {
    annotate({
      level: 'warning',
      title: 'the job summary could not be written',
      message: `The environment variable GITHUB_STEP_SUMMARY is invalid: ${messageOf(error)}.\nThe log shows the summary instead. The runner sets the variable for every job. When you run the bundle by hand, set it to a file, or unset it.`,
    });
    info(markdown);
  }
}
