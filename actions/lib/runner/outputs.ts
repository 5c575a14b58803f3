import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { annotate, info } from './commands.ts';
import type { Environment } from './inputs.ts';
import { invalidVariableError } from './variables.ts';

export type OutputValue = string | number | boolean | object | undefined;

/**
 * Set outputs at once, so that they are also set when the step fails later. Objects become JSON, `undefined` becomes empty. Outside a runner they are
 * printed.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-output-parameter
 */
export async function setOutputs(outputs: Readonly<Record<string, OutputValue>>): Promise<void> {
  const texts = Object.entries(outputs).map(
    ([name, value = '']) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  // @actions/core would print them as commands.
  if (!process.env.GITHUB_OUTPUT) return info(texts.map(([name, text]) => `Output ${name}: ${text}`).join('\n'));
  const { setOutput } = await import('@actions/core');
  try {
    for (const [name, text] of texts) setOutput(name, text);
  } catch (error) {
    throw invalidVariableError('GITHUB_OUTPUT', messageOf(error), error);
  }
}

/**
 * Save a value for the post step of this action, which gets it as the environment variable `STATE_NAME`. Outside a runner there is none.
 * Not with `@actions/core`, which takes long to load, before the step does anything.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#sending-values-to-the-pre-and-post-actions
 */
export async function saveState(name: string, value: string, env: Environment): Promise<void> {
  if (!env.GITHUB_STATE) return;
  const delimiter = `state_${randomUUID()}`;
  try {
    await appendFile(env.GITHUB_STATE, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
  } catch (error) {
    throw invalidVariableError('GITHUB_STATE', messageOf(error), error);
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
