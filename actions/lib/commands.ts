/**
 * Workflow commands: the lines on standard output that the runner understands. And the one place where this process prints: what a tool, a file,
 * a server or a user made up is never taken for a command.
 * Written here, not taken from `@actions/core`, because loading that package costs more than four times the start of Node
 * (it brings an HTTP client), and a wrong input must be answered at once.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 *
 * How the runner reads (https://github.com/actions/runner, ProcessInvoker.cs, OutputManager.cs, ActionCommandManager.cs, ActionCommand.cs):
 * it cuts standard output and standard error into lines at \n, \r and \r\n, and takes a line for a command that has `::name …::` after what .NET
 * calls white space, which is more than JavaScript's `\s`, or an older form, `##[name …]`, anywhere. Colour codes stay where they are.
 *
 * So commands of others are broken up, line by line, with a visible `\`, as the runner itself does with its own markers. `::stop-commands::TOKEN`
 * … `::TOKEN::` around the text would hold too, but: it adds two lines to the log for every piece, it stops the step's own commands as
 * well when images are built side by side, the other stream is read on its own, so before or after it, and the web page goes on
 * reading `##[group]` and `##[error]` in between. Problem matchers are another thing: a workflow adds them to read what tools print.
 */

import { maskableLines } from './masking.ts';

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
let print: Write = (text) => process.stdout.write(text);
const stdout: Write = (text) => print(text);

/**
 * All that might count as white space, now or in a later version of Unicode or .NET: separators, controls, what has no width or no meaning yet, and
 * marks. A byte order mark is among them, which .NET takes away at the start of a stream.
 */
const BEFORE_A_COMMAND = /^([\p{Z}\p{C}\p{M}]*)::/u;

/** The text with every command in it broken up, on each of its lines. It is otherwise as it was. */
export function escapeCommands(text: string): string {
  return text
    .split(/(\r\n|\r|\n)/)
    .map((line) => line.replace(BEFORE_A_COMMAND, '$1\\::').replaceAll('##[', '##\\['))
    .join('');
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/**
 * The runner finds the `::` before the data as people read (`IndexOf(string)` in .NET): not where an accent follows, which would make one character
 * of it and the second colon. It would then look further on, in the data. A space in front keeps them apart.
 */
const startOfData = (data: string): string => (/^[^\x20-\x7e]/.test(data) ? ` ${data}` : data);

function command(name: string, properties: Record<string, string | number | undefined>, message: string): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name}${given.length > 0 ? ` ${given.join(',')}` : ''}::${startOfData(escapeData(message))}\n`;
}

/** Show a message on the run's page and, when it has a file, on that line of the pull request. */
export function annotate(annotation: Annotation, write: Write = stdout): void {
  const { level, title, message, file, line, endLine, column } = annotation;
  write(command(level, { title, file, line, endLine, col: column }, escapeCommands(message)));
}

/**
 * Hide a secret in everything the job prints from now on, each of its lines on its own: the runner compares line by line. It hides the usual
 * encodings of them too, Base64 among them.
 */
export function mask(secret: string, write: Write = stdout): void {
  for (const line of maskableLines(secret)) write(command('add-mask', {}, line));
}

/** Print lines that show only when the step runs with debug logging. */
export function debug(message: string, write: Write = stdout): void {
  write(command('debug', {}, escapeCommands(message)));
}

/** Print lines of any origin. */
export function info(message: string, write: Write = stdout): void {
  write(`${escapeCommands(message)}\n`);
}

/** Fold everything that `work` prints under one title. */
export async function group<T>(title: string, work: () => Promise<T>, write: Write = stdout): Promise<T> {
  write(groupStart(title));
  try {
    return await work();
  } finally {
    write(GROUP_END);
  }
}

/** Print lines of any origin, folded under one title, in one go: nothing that is printed meanwhile comes between. */
export function printGroup(title: string, message: string, write: Write = stdout): void {
  write(`${groupStart(title)}${escapeCommands(message)}\n${GROUP_END}`);
}

const groupStart = (title: string): string => command('group', {}, escapeCommands(title.replaceAll(/[\r\n]+/g, ' ')));
const GROUP_END = command('endgroup', {}, '');

/**
 * Let nothing be printed past this module: what packages and Node's warnings write to standard output or standard error (a notice that a server's
 * answer caused, say) is text of others too. It is printed by whole lines, so that no command is put together from two pieces.
 */
export function guardOutput(): void {
  // Who reads the log may go away first. The work is done to its end all the same, and what is private is tidied away.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  print = guard(process.stdout);
  guard(process.stderr);
}

/** @returns what writes past the guard */
function guard(stream: NodeJS.WriteStream): Write {
  const write = stream.write.bind(stream) as (text: string, done?: () => void) => boolean;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let begun = '';
  stream.write = (piece: string | Uint8Array, ...rest: unknown[]): boolean => {
    begun += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    const end = Math.max(begun.lastIndexOf('\n'), begun.lastIndexOf('\r')) + 1;
    const lines = begun.slice(0, end);
    begun = begun.slice(end);
    return write(escapeCommands(lines), rest.find((each) => typeof each === 'function') as (() => void) | undefined);
  };
  process.on('exit', () => {
    if (begun !== '') write(escapeCommands(begun));
  });
  return write;
}
