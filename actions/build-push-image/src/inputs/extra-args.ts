import type { InputReader, Line, Parsed } from '../../../lib/inputs.ts';

/** Options that the action gives itself, and what decides about each instead. */
const OWN: Readonly<Record<string, string>> = {
  output: '`push`',
  push: '`push`',
  load: '`push`',
  tag: '`tags`',
  'metadata-file': 'the output `metadata`',
  iidfile: 'the output `digest`',
  progress: 'nothing: the log is read by the action',
  quiet: 'nothing: the log is read by the action',
  platform: '`platforms`',
  file: '`file` of the image',
  target: '`target` of the image',
  builder: '`builder`',
  provenance: '`provenance`',
  sbom: '`sbom`',
  attest: '`provenance` and `sbom`',
  secret: '`secrets`, whose values are kept out of the log',
  call: '`push`: with `false` it builds and pushes nothing',
  check: '`push`: with `false` it builds and pushes nothing',
  print: '`push`: with `false` it builds and pushes nothing',
  help: 'nothing: it builds nothing',
};

const SWITCHES = ['compress', 'debug', 'force-rm', 'no-cache', 'pull', 'rm', 'squash'];
const WITH_VALUE = [
  ...['add-host', 'allow', 'annotation', 'build-arg', 'build-context', 'cache-from', 'cache-to', 'cgroup-parent'],
  ...['cpu-period', 'cpu-quota', 'cpu-shares', 'cpuset-cpus', 'cpuset-mems', 'isolation', 'label', 'memory'],
  ...['memory-swap', 'network', 'no-cache-filter', 'policy', 'resource', 'security-opt', 'shm-size', 'ssh', 'ulimit'],
];
const SHORT: Readonly<Record<string, string>> = {
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
 * More options for `docker buildx build`, one per line; a value follows `=` or is the next line. Each is given on as one argument, `--name=value`, so
 * none can take the next one for its value, and none is left over to be taken for the build's context.
 * Source: the options in https://github.com/docker/buildx/blob/master/commands/build.go, and how https://github.com/spf13/pflag reads them:
 * names are exact, short options may stand together (`-Dt`), and the last of them may have its value behind it (`-tevil/x`, `-t=evil/x`).
 */
export function readExtraArguments(reader: InputReader): string[] {
  const lines = reader.lines('extra-args');
  const read: string[] = [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const parsed = parseLine(line.text, lines);
    if ('value' in parsed) read.push(...parsed.value);
    else
      reader.addProblem({
        input: `extra-args (line ${line.number})`,
        value: line.text,
        problem: parsed.problem,
        example: EXAMPLE,
      });
  }
  return read;
}

/** @param following is shortened by a line that is the value of this one */
function parseLine(text: string, following: Line[]): Parsed<string[]> {
  const long = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(text);
  if (long !== null) {
    const given = parseOption(long[1] ?? '', long[2], following);
    return 'value' in given ? { value: [given.value] } : given;
  }
  return /^-[a-z]/i.test(text)
    ? parseShort(text.slice(1), following)
    : { problem: 'is no option; a value stands behind `=`, or on the line after its option' };
}

/** Short options that stand together: switches, and at the end maybe one with a value. */
function parseShort(letters: string, following: Line[]): Parsed<string[]> {
  const read: string[] = [];
  for (let rest = letters; rest !== ''; ) {
    const name = SHORT[rest.charAt(0)];
    const behind = rest.slice(1);
    if (name === undefined)
      return {
        problem: `has -${rest.charAt(0)}, an unknown short option; write the long one, with its value behind \`=\``,
      };
    const isSwitch = SWITCHES.includes(name);
    const own = isSwitch && !behind.startsWith('=');
    const given = parseOption(name, own || behind === '' ? undefined : behind.replace(/^=/, ''), following);
    if ('problem' in given) return given;
    read.push(given.value);
    rest = own ? behind : '';
  }
  return { value: read };
}

function parseOption(name: string, value: string | undefined, following: Line[]): Parsed<string> {
  const instead = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (instead !== undefined)
    return { problem: `has --${name}, which is set by the action; what decides is ${instead}` };
  if (value !== undefined) return { value: `--${name}=${value}` };
  if (SWITCHES.includes(name)) return { value: `--${name}` };
  if (!WITH_VALUE.includes(name))
    return { problem: `has --${name}, which is unknown here; write its value behind it, as in --${name}=true` };
  const next = following[0];
  if (next === undefined || /^--[a-z]/.test(next.text)) return { problem: `has --${name} without its value` };
  following.shift();
  return { value: `--${name}=${next.text}` };
}
