import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from '@jest/globals';

const actions = join(import.meta.dirname, '..', '..');
const PRINTER = 'lib/runner/commands.ts';

/** What prints past `commands.ts`, or lets a process print by itself. */
const PAST: readonly RegExp[] = [
  /\bprocess\s*(?:\.|\?\.|\[)\s*['"]?(?:stdout|stderr|_rawDebug|emitWarning)/,
  /\bconsole\b/,
  /@actions\/core/,
  /\bstdio\b|['"]inherit['"]/,
  /\bsilent: false\b/,
  /\bwrite(?:v|Sync)?\(\s*[12]\s*,|\bfd: [12]\b/,
  /\/dev\/(?:std|fd|tty)|\/proc\/self\/fd\/[12]\b/,
  /import(?! type)[^;]*from 'node:(?:child_process|console|process|tty)'|import\('node:(?:child_process|console|process|tty)'\)/,
  // A command that is written by hand.
  /['"`]::[a-z-]+(?:::| )|['"`]##\[/,
];

/** These write to the runner's files alone, and `lib/runner/outputs.ts` calls them only where the runner has set these. */
const ALLOWED: readonly string[] = [
  "lib/runner/outputs.ts: const { setOutput } = await import('@actions/core');",
  "lib/runner/outputs.ts: const { summary } = await import('@actions/core');",
];

/** The sources of all actions and of what they share. */
function sources(): string[] {
  return readdirSync(actions, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/(?:^|\/)(?:test|scripts|dist|node_modules)\//.test(path))
    .map((path) => relative(actions, join(actions, path)));
}

it('nothing is printed but by the one module that breaks up commands', () => {
  const found = sources();
  expect(found).toContain(PRINTER);
  expect(found.length).toBeGreaterThan(100);
  const past = found
    .filter((path) => path !== PRINTER)
    .flatMap((path) =>
      readFileSync(join(actions, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          PAST.some((pattern) => pattern.test(line)) &&
          !/^\s*(?:\*|\/\/|\/\*\*)/.test(line) &&
          !ALLOWED.includes(`${path}: ${line.trim()}`)
            ? [`${path}:${index + 1}: ${line.trim()}`]
            : [],
        ),
    );
  expect(past).toEqual([]);
});

it.each([
  'process.stdout.write(x)',
  "process['stderr'].write(x)",
  'console.log(x)',
  'const { log } = console;',
  "const { setOutput } = await import('@actions/core');",
  "spawn(tool, [], { stdio: 'inherit' })",
  'writeSync(1, text)',
  "import { spawn } from 'node:child_process';",
  "import { stdout } from 'node:process';",
  'write(`::group::${title}`)',
])('%s would be found', (line) => {
  expect(PAST.some((pattern) => pattern.test(line))).toBe(true);
});

/**
 * The guard is imported first, then only what reads the settings and throws their problems. The first statement is the
 * guarded run.
 */
const GUARDED =
  /^import \{ run \} from '\.\.\/\.\.\/lib\/runner\/run\.ts';\n(?:import \{ [\w ,]+ \} from '\.\/(?:inputs\/[a-z-]+|error-collector)\.ts';\n)*\nawait run\(/;

it('every action begins with the guard of its output', () => {
  const entries = sources().filter((path) => /^[^/]+\/src\/index\.ts$/.test(path));
  expect(entries).toHaveLength(4);
  for (const path of entries) expect(readFileSync(join(actions, path), 'utf8')).toMatch(GUARDED);
});

it.each([
  ['prints before it', "import { run } from '../../lib/runner/run.ts';\n\nprint(1);\nawait run("],
  [
    'works before it',
    "import { run } from '../../lib/runner/run.ts';\n\nconst settings = await readSettings();\nawait run(",
  ],
  [
    'imports another module first',
    "import { a } from './inputs/a.ts';\nimport { run } from '../../lib/runner/run.ts';\n\nawait run(",
  ],
  [
    'imports its flow',
    "import { run } from '../../lib/runner/run.ts';\nimport { main } from './main.ts';\n\nawait run(",
  ],
  ['imports a package', "import { run } from '../../lib/runner/run.ts';\nimport { parse } from 'yaml';\n\nawait run("],
  ['imports for effect', "import { run } from '../../lib/runner/run.ts';\nimport './inputs/a.ts';\n\nawait run("],
])('an action that %s does not begin with it', (_, source) => {
  expect(source).not.toMatch(GUARDED);
});
