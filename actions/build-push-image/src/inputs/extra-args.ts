import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';

const setByAction = (instead: string) => `is set by the action; use ${instead} instead`;
const USE_PUSH_FALSE = 'builds nothing; use `push: false` to build without pushing';

/** Options that cannot be given: why, and what to use instead. */
const RESERVED: Readonly<Record<string, string>> = {
  output: setByAction('the `push` input'),
  push: setByAction('the `push` input'),
  load: setByAction('the `push` input'),
  tag: setByAction('the `tags` input'),
  'metadata-file': setByAction('the output `metadata`'),
  iidfile: setByAction('the output `digest`'),
  progress: 'is set by the action, which reads the log',
  quiet: 'hides the log, which the action reads',
  platform: setByAction('the `platforms` input'),
  file: setByAction('`file` of the image'),
  target: setByAction('`target` of the image'),
  builder: setByAction('the `builder` input'),
  provenance: setByAction('the `provenance` input'),
  sbom: setByAction('the `sbom` input'),
  attest: setByAction('the inputs `provenance` and `sbom`'),
  secret: 'is set by the action; use the `secrets` input instead, whose values are kept out of the log',
  call: USE_PUSH_FALSE,
  check: USE_PUSH_FALSE,
  print: USE_PUSH_FALSE,
  help: 'builds nothing',
};

const SWITCHES = ['compress', 'debug', 'force-rm', 'no-cache', 'pull', 'rm', 'squash'];
const VALUE_OPTIONS = [
  ...['add-host', 'allow', 'annotation', 'build-arg', 'build-context', 'cache-from', 'cache-to', 'cgroup-parent'],
  ...['cpu-period', 'cpu-quota', 'cpu-shares', 'cpuset-cpus', 'cpuset-mems', 'isolation', 'label', 'memory'],
  ...['memory-swap', 'network', 'no-cache-filter', 'policy', 'resource', 'security-opt', 'shm-size', 'ssh', 'ulimit'],
];
const SHORT_OPTIONS: Readonly<Record<string, string>> = {
  c: 'cpu-shares',
  D: 'debug',
  f: 'file',
  h: 'help',
  m: 'memory',
  o: 'output',
  q: 'quiet',
  t: 'tag',
};

const EXAMPLE = '--network=host';

/**
 * More options for `docker buildx build`, one per line; a value follows `=` or is on the next line. Each is passed as one argument, `--name=value`,
 * so that no option can take the next argument as its value, and no argument is left that buildx could read as the build's context.
 * Source: the options in https://github.com/docker/buildx/blob/master/commands/build.go, and how https://github.com/spf13/pflag reads them:
 * names are exact, short options can be combined (`-Dt`), and the last of them can have its value after it (`-tevil/x`, `-t=evil/x`).
 */
export function readExtraArguments(reader: InputReader): string[] {
  const lines = reader.lines('extra-args');
  const read: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const { text, number } = lines[index] ?? { text: '', number: 0 };
    const parsed = parseLine(text, lines[index + 1]?.text);
    if ('problem' in parsed) {
      reader.addProblem({
        input: `extra-args (line ${number})`,
        value: text,
        problem: parsed.problem,
        example: EXAMPLE,
      });
      continue;
    }
    read.push(...parsed.value.args);
    if (parsed.value.usesNextLine) index++;
  }
  return read;
}

interface ParsedOptions {
  args: string[];
  /** Whether the next line is the value of the last option. */
  usesNextLine: boolean;
}

function parseLine(text: string, nextLine: string | undefined): Parsed<ParsedOptions> {
  const long = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(text);
  if (long !== null) return parseOption(long[1] ?? '', long[2], nextLine);
  return /^-[a-z]/i.test(text)
    ? parseShortOptions(text.slice(1), nextLine)
    : { problem: 'is not an option; a value follows `=`, or is on the line after its option' };
}

/** Combined short options: switches, and possibly one with a value at the end. */
function parseShortOptions(letters: string, nextLine: string | undefined): Parsed<ParsedOptions> {
  const args: string[] = [];
  let usesNextLine = false;
  for (let rest = letters; rest !== ''; ) {
    const name = SHORT_OPTIONS[rest.charAt(0)];
    const after = rest.slice(1);
    if (name === undefined)
      return {
        problem: `has -${rest.charAt(0)}, an unknown short option; write the long one, with its value after \`=\``,
      };
    const isSwitch = SWITCHES.includes(name) && !after.startsWith('=');
    const parsed = parseOption(name, isSwitch || after === '' ? undefined : after.replace(/^=/, ''), nextLine);
    if ('problem' in parsed) return parsed;
    args.push(...parsed.value.args);
    usesNextLine = parsed.value.usesNextLine;
    rest = isSwitch ? after : '';
  }
  return { value: { args, usesNextLine } };
}

function parseOption(name: string, value: string | undefined, nextLine: string | undefined): Parsed<ParsedOptions> {
  if (Object.hasOwn(RESERVED, name)) return { problem: `has --${name}, which ${RESERVED[name]}` };
  if (value !== undefined) return { value: { args: [`--${name}=${value}`], usesNextLine: false } };
  if (SWITCHES.includes(name)) return { value: { args: [`--${name}`], usesNextLine: false } };
  if (!VALUE_OPTIONS.includes(name))
    return { problem: `has --${name}, which is unknown here; write its value after it, as in --${name}=true` };
  if (nextLine === undefined || /^--[a-z]/.test(nextLine)) return { problem: `has --${name} without its value` };
  return { value: { args: [`--${name}=${nextLine}`], usesNextLine: true } };
}
