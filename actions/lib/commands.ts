/**
 * Workflow commands: the lines on standard output that the runner understands.
 * Written here, not taken from `@actions/core`, because loading that package costs more than four times the start of Node
 * (it brings an HTTP client), and a wrong input must be answered at once.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */

import { hidableLines } from './secret-lines.ts';

export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  title: string;
  message: string;
  /** Path relative to the workspace. */
  file?: string;
  /** 1-based. */
  line?: number;
  endLine?: number;
  /** 1-based. */
  column?: number;
}

type Write = (text: string) => unknown;
const stdout: Write = (text) => process.stdout.write(text);

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function command(name: string, properties: Record<string, string | number | undefined>, message: string): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name}${given.length > 0 ? ` ${given.join(',')}` : ''}::${escapeData(message)}\n`;
}

/** Show a message on the run's page and, when it has a file, on that line of the pull request. */
export function annotate(annotation: Annotation, write: Write = stdout): void {
  const { level, title, message, file, line, endLine, column } = annotation;
  write(command(level, { title, file, line, endLine, col: column }, message));
}

/**
 * Hide a secret in everything the job prints from now on, each of its lines on its own: the runner compares line by line. It hides the usual
 * encodings of them too, Base64 among them.
 */
export function mask(secret: string, write: Write = stdout): void {
  for (const line of hidableLines(secret)) write(command('add-mask', {}, line));
}

/** Print lines that show only when the step runs with debug logging. */
export function debug(message: string, write: Write = stdout): void {
  write(command('debug', {}, message));
}

/**
 * Print a plain line. A line that a tool or a file made up cannot be taken for a command: a leading `::` is broken, and so is `##[`, an older
 * form that the runner finds anywhere in a line (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
 */
export function info(message: string, write: Write = stdout): void {
  write(`${message.replaceAll(/^(\s*):(?=:)/gm, '$1:\u200b').replaceAll('##[', '##\u200b[')}\n`);
}

/** Fold everything that `work` prints under one title. */
export async function group<T>(title: string, work: () => Promise<T>, write: Write = stdout): Promise<T> {
  write(command('group', {}, title));
  try {
    return await work();
  } finally {
    write(command('endgroup', {}, ''));
  }
}
