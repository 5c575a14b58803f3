/**
 * Workflow commands: the lines on standard output that the runner interprets. This is the only module that prints: text from a tool, a file,
 * a server or a user is never interpreted as a command.
 * `@actions/core` is not used because loading it costs more than four times the start of Node
 * (it brings an HTTP client), and an invalid input must be reported at once.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 *
 * How the runner parses (https://github.com/actions/runner, ProcessInvoker.cs, OutputManager.cs, ActionCommandManager.cs, ActionCommand.cs):
 * it splits standard output and standard error into lines at \n, \r and \r\n. A line is a command when it has `::name …::` after what .NET
 * calls white space, which is more than JavaScript's `\s`, or an older form, `##[name …]`, anywhere. Colour codes are not removed.
 *
 * So commands in such text are escaped, line by line, with a visible `\`, as the runner does with its own markers. `::stop-commands::TOKEN`
 * … `::TOKEN::` around the text would work too, but it adds two lines to the log for every piece, it also stops the step's own commands
 * when images are built concurrently, the other stream is read separately, so before or after it, and the web page still
 * interprets `##[group]` and `##[error]` in between. Problem matchers are unaffected: a workflow adds them to parse the output of tools.
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

/** Where commands and lines are printed. */
export type Write = (text: string) => unknown;
let print: Write = (text) => process.stdout.write(text);
const stdout: Write = (text) => print(text);

/**
 * Everything that may count as white space, now or in a later version of Unicode or .NET: separators, control, zero-width and unassigned characters, and
 * marks. It includes the byte order mark, which .NET removes at the start of a stream.
 */
const BEFORE_A_COMMAND = /^([\p{Z}\p{C}\p{M}]*)::/u;

/** Escape every command in a text, on each of its lines. The rest of the text is unchanged. */
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
 * The runner finds the `::` before the data by culture (`IndexOf(string)` in .NET): not where a combining mark follows, which forms one character
 * with the second colon. It would then find a later `::`, in the data. A leading space prevents that.
 */
const protectStart = (data: string): string => (/^[^\x20-\x7e]/.test(data) ? ` ${data}` : data);

function command(name: string, properties: Record<string, string | number | undefined>, message: string): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name}${given.length > 0 ? ` ${given.join(',')}` : ''}::${protectStart(escapeData(message))}\n`;
}

/** Show a message on the run's page and, when it has a file, on that line of the pull request. */
export function annotate(annotation: Annotation, write: Write = stdout): void {
  const { level, title, message, file, line, endLine, column } = annotation;
  write(command(level, { title, file, line, endLine, col: column }, escapeCommands(message)));
}

/**
 * Mask a secret in everything that the job prints from now on, line by line, as the runner compares lines. The runner also masks the usual
 * encodings, such as Base64.
 */
export function mask(secret: string, write: Write = stdout): void {
  for (const line of maskableLines(secret)) write(command('add-mask', {}, line));
}

/** Print lines that are only shown with debug logging. */
export function debug(message: string, write: Write = stdout): void {
  write(command('debug', {}, escapeCommands(message)));
}

/** Print lines from any source. */
export function info(message: string, write: Write = stdout): void {
  write(`${escapeCommands(message)}\n`);
}

/** Group everything that `work` prints under a title. */
export async function group<T>(title: string, work: () => Promise<T>, write: Write = stdout): Promise<T> {
  startGroup(title, write);
  try {
    return await work();
  } finally {
    endGroup(write);
  }
}

/** Begin a group for lines that are printed as they come; {@link endGroup} ends it. Groups cannot be nested. */
export function startGroup(title: string, write: Write = stdout): void {
  write(groupStart(title));
}

export function endGroup(write: Write = stdout): void {
  write(GROUP_END);
}

const groupStart = (title: string): string => command('group', {}, escapeCommands(title.replaceAll(/[\r\n]+/g, ' ')));
const GROUP_END = command('endgroup', {}, '');

/**
 * Also escape everything that is not printed by this module: what packages and Node's warnings write to standard output or standard error can contain text
 * from elsewhere, such as a server's notice. Only complete lines are printed, so that no command is formed from two pieces.
 */
export function guardOutput(): void {
  // The reader of the log may close it early. The step still completes, and private files are still removed.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  print = guard(process.stdout);
  guard(process.stderr);
}

/** @returns the original write, without the guard */
function guard(stream: NodeJS.WriteStream): Write {
  const write = stream.write.bind(stream) as (text: string, done?: () => void) => boolean;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    pending += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const end = Math.max(pending.lastIndexOf('\n'), pending.lastIndexOf('\r')) + 1;
    const lines = pending.slice(0, end);
    pending = pending.slice(end);
    return write(
      escapeCommands(lines),
      rest.find((argument) => typeof argument === 'function') as (() => void) | undefined,
    );
  };
  process.on('exit', () => {
    if (pending !== '') write(escapeCommands(pending));
  });
  return write;
}
