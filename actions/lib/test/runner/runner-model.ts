/**
 * How GitHub's runner reads the output of a step, a model of its source, https://github.com/actions/runner:
 *
 * - `src/Runner.Sdk/ProcessInvoker.cs`, `StartReadStream`: standard output and standard error are read the same way, line by line (`StreamReader.ReadLine`).
 * - `src/Runner.Worker/Handlers/OutputManager.cs`, `OnDataReceived`: each line is parsed as a command including its colour codes, which are
 *   removed for problem matchers only.
 * - `src/Runner.Worker/ActionCommandManager.cs`, `TryProcessCommand`: the names that are commands, and how `stop-commands` ends them.
 * - `src/Runner.Common/ActionCommand.cs`, `TryParseV2` and `TryParse`: the two forms of a command.
 *
 * The runner searches with .NET's `StartsWith(string)` and `IndexOf(string)`, which compare as the culture of the job does, not character by
 * character (https://learn.microsoft.com/dotnet/standard/base-types/best-practices-strings): characters that ICU ignores may be in between, and a
 * match must not end inside a combining sequence. Without ICU (`DOTNET_SYSTEM_GLOBALIZATION_INVARIANT`) they compare characters.
 */

export interface RunnerCommand {
  name: string;
  properties: Record<string, string>;
  data: string;
}

export const CULTURES = ['en-US', 'invariant'] as const;
export type Culture = (typeof CULTURES)[number];

export interface Reading {
  commands: RunnerCommand[];
  /** The lines that are not commands. */
  lines: string[];
}

/** Char.IsWhiteSpace: https://learn.microsoft.com/dotnet/api/system.char.iswhitespace#remarks */
const WHITE_SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${WHITE_SPACE}]+`);
const TRAILING = new RegExp(`[${WHITE_SPACE}]+$`);

/** The extensions of ActionCommandManager.cs, and `stop-commands`. `internal-set-repo-path` is for the runner's own plug-ins only. */
export const COMMANDS: readonly string[] = [
  'stop-commands',
  'set-env',
  'set-output',
  'save-state',
  'add-mask',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'debug',
  'warning',
  'error',
  'notice',
  'group',
  'endgroup',
  'echo',
];

/** Read one stream of a step to its end. */
export function readAsRunner(output: string, culture: Culture): Reading {
  const reading: Reading = { commands: [], lines: [] };
  let stopToken: string | undefined;
  for (const line of linesOf(output)) {
    const known = stopToken === undefined ? COMMANDS : [...COMMANDS, stopToken];
    const command = parseV2(line, known, culture) ?? parseV1(line, known, culture);
    if (command !== undefined && stopToken === undefined) {
      if (command.name.toLowerCase() === 'stop-commands') stopToken = command.data.toLowerCase();
      reading.commands.push(command);
    } else if (command !== undefined && command.name.toLowerCase() === stopToken) {
      stopToken = undefined;
      reading.commands.push(command);
    } else {
      reading.lines.push(line);
    }
  }
  return reading;
}

/** The outputs in a step's file: `src/Runner.Worker/FileCommandManager.cs`, `EnvFileKeyValuePairs`, on Linux. */
export function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const [, name, operator, rest] = /^(.*?)(=|<<)(.*)$/s.exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`Invalid format '${line}'`);
    const end = operator === '=' ? index : lines.indexOf(rest, index + 1);
    if (end < 0) throw new Error(`Matching delimiter not found '${rest}'`);
    outputs[name] = operator === '=' ? rest : lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return outputs;
}

/** StreamReader: UTF-8, without a byte order mark at the very start; a line ends at \n, \r or \r\n. */
function linesOf(output: string): string[] {
  const lines = new TextDecoder().decode(Buffer.from(output)).split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `::name key=value,key=value::data`, after white space. */
function parseV2(line: string, known: readonly string[], culture: Culture): RunnerCommand | undefined {
  const message = line.replace(LEADING, '');
  if (!startsWith(message, '::', culture)) return undefined;
  const end = indexOf(message, '::', 2, culture);
  if (end < 0) return undefined;
  return command(message.slice(2, end), known, {
    trimmed: true,
    separator: ',',
    unescapeProperty: { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' },
    data: unescaped(message.slice(end + 2), { '%0D': '\r', '%0A': '\n', '%25': '%' }),
  });
}

/** `##[name key=value;key=value]data`, anywhere in a line. */
function parseV1(line: string, known: readonly string[], culture: Culture): RunnerCommand | undefined {
  const start = indexOf(line, '##[', 0, culture);
  if (start < 0) return undefined;
  // .NET searches for a single character ordinally.
  const end = line.indexOf(']', start);
  // Substring throws, and the runner then treats the line as text.
  if (end < start + 3) return undefined;
  const escapes = { '%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%25': '%' };
  return command(line.slice(start + 3, end), known, {
    trimmed: false,
    separator: ';',
    unescapeProperty: escapes,
    data: unescaped(line.slice(end + 1), escapes),
  });
}

interface Form {
  trimmed: boolean;
  separator: string;
  unescapeProperty: Readonly<Record<string, string>>;
  data: string;
}

function command(info: string, known: readonly string[], form: Form): RunnerCommand | undefined {
  const space = info.indexOf(' ');
  const name = space < 0 ? info : info.slice(0, space);
  // A set that ignores case.
  if (!known.some((commandName) => commandName.toLowerCase() === name.toLowerCase())) return undefined;
  const properties: Record<string, string> = {};
  const text = space > 0 ? info.slice(space + 1) : '';
  for (const property of (form.trimmed ? text.replace(LEADING, '').replace(TRAILING, '') : text).split(
    form.separator,
  )) {
    // Split with RemoveEmptyEntries: no key is empty, and a value has no `=` at its start.
    const [, key, value] = /^=*([^=]+)=+([^=].*)$/s.exec(property) ?? [];
    if (key !== undefined && value !== undefined) properties[key] = unescaped(value, form.unescapeProperty);
  }
  return { name, properties, data: form.data };
}

function unescaped(text: string, escapes: Readonly<Record<string, string>>): string {
  return Object.entries(escapes).reduce((result, [escaped, character]) => result.replaceAll(escaped, character), text);
}

const startsWith = (text: string, pattern: string, culture: Culture): boolean =>
  culture === 'invariant' ? text.startsWith(pattern) : search(text, pattern, 'start')?.index === 0;

function indexOf(text: string, pattern: string, from: number, culture: Culture): number {
  if (culture === 'invariant') return text.indexOf(pattern, from);
  const found = search(text.slice(from), pattern, 'anywhere');
  return found === null ? -1 : from + found.index;
}

const collator = new Intl.Collator('en-US');
const base = new Intl.Collator('en-US', { sensitivity: 'base' });
const known = new Map<string, 'ignored' | 'mark' | 'other'>();
/** How ICU's collation treats a character: ignored, as a mark on the previous character, or as a separate character. */
function kindOf(character: string): 'ignored' | 'mark' | 'other' {
  let kind = known.get(character);
  if (kind === undefined) {
    kind =
      collator.compare(`${character}a`, 'a') === 0
        ? 'ignored'
        : base.compare(`${character}a`, 'a') === 0
          ? 'mark'
          : 'other';
    known.set(character, kind);
  }
  return kind;
}

/** The index at which ICU's search finds the pattern; at the start, ignored characters may precede it. */
function search(text: string, pattern: string, where: 'start' | 'anywhere'): { index: number } | null {
  const characters = [...text];
  let index = 0;
  for (let start = 0; start < characters.length; start++) {
    if (matchesAt(characters, start, pattern)) return { index: where === 'start' ? 0 : index };
    const character = characters[start] ?? '';
    if (where === 'start' && kindOf(character) !== 'ignored') return null;
    index += character.length;
  }
  return null;
}

function matchesAt(characters: readonly string[], start: number, pattern: string): boolean {
  if (characters[start] !== pattern[0]) return false;
  let matched = 0;
  for (let index = start; index < characters.length; index++) {
    const character = characters[index] ?? '';
    if (matched < pattern.length && character === pattern[matched]) matched++;
    else if (kindOf(character) !== 'ignored') return matched === pattern.length && kindOf(character) !== 'mark';
    // A control character ends what a mark could belong to.
    else if (matched === pattern.length && /\p{Cc}/u.test(character)) return true;
  }
  return matched === pattern.length;
}
