import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from '@jest/globals';

const actions = join(import.meta.dirname, '..', '..');
const PRINTER = 'lib/runner/commands.ts';

/** Code that prints without `commands.ts`, or starts a process that prints to the same stream. */
const DIRECT_PRINT: readonly RegExp[] = [
  /\bprocess\s*(?:\.|\?\.|\[)\s*['"]?(?:stdout|stderr|_rawDebug|emitWarning)/,
  /\bconsole\b/,
  /@actions\/core/,
  /\bstdio\b|['"]inherit['"]/,
  /\bsilent: false\b/,
  /\bwrite(?:v|Sync)?\(\s*[12]\s*,|\bfd: [12]\b/,
  /\/dev\/(?:std|fd|tty)|\/proc\/self\/fd\/[12]\b/,
  /import(?! type)[^;]*from 'node:(?:child_process|console|process|tty)'|import\('node:(?:child_process|console|process|tty)'\)/,
  // A workflow command in a string.
  /['"`]::[a-z-]+(?:::| )|['"`]##\[/,
];

/** It writes to the runner's file only: `lib/runner/outputs.ts` calls it if the runner has set the variable. */
const ALLOWED: readonly string[] = ["lib/runner/outputs.ts: const { summary } = await import('@actions/core');"];

/** The sources of all actions and of `actions/lib`. */
function sources(): string[] {
  return readdirSync(actions, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/(?:^|\/)(?:test|scripts|dist|node_modules)\//.test(path))
    .map((path) => relative(actions, join(actions, path)));
}

it('only the module that escapes commands prints', () => {
  const found = sources();
  expect(found).toContain(PRINTER);
  expect(found.length).toBeGreaterThan(100);
  const violations = found
    .filter((path) => path !== PRINTER)
    .flatMap((path) =>
      readFileSync(join(actions, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          DIRECT_PRINT.some((pattern) => pattern.test(line)) &&
          !/^\s*(?:\*|\/\/|\/\*\*)/.test(line) &&
          !ALLOWED.includes(`${path}: ${line.trim()}`)
            ? [`${path}:${index + 1}: ${line.trim()}`]
            : [],
        ),
    );
  expect(violations).toEqual([]);
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
])('%s is detected as a direct print', (line) => {
  expect(DIRECT_PRINT.some((pattern) => pattern.test(line))).toBe(true);
});

/** `run` is imported first, then only modules that read the settings or collect their problems. The first statement is `await run(`. */
const GUARDED =
  /^import \{ run \} from '\.\.\/\.\.\/lib\/runner\/run\.ts';\n(?:import \{ [\w ,]+ \} from '\.\/(?:inputs\/[a-z-]+|error-collector|tools)\.ts';\n)*\nawait run\(/;

it('every action starts with the guarded run', () => {
  const entries = sources().filter((path) => /^[^/]+\/src\/index\.ts$/.test(path));
  expect(entries).toHaveLength(4);
  for (const path of entries) expect(readFileSync(join(actions, path), 'utf8')).toMatch(GUARDED);
});

it.each([
  ['prints first', "import { run } from '../../lib/runner/run.ts';\n\nprint(1);\nawait run("],
  [
    'reads the settings first',
    "import { run } from '../../lib/runner/run.ts';\n\nconst settings = await readSettings();\nawait run(",
  ],
  [
    'imports another module first',
    "import { a } from './inputs/a.ts';\nimport { run } from '../../lib/runner/run.ts';\n\nawait run(",
  ],
  [
    'imports main.ts',
    "import { run } from '../../lib/runner/run.ts';\nimport { main } from './main.ts';\n\nawait run(",
  ],
  ['imports a package', "import { run } from '../../lib/runner/run.ts';\nimport { parse } from 'yaml';\n\nawait run("],
  [
    'imports a module for its side effects',
    "import { run } from '../../lib/runner/run.ts';\nimport './inputs/a.ts';\n\nawait run(",
  ],
])('an action that %s does not match', (_, source) => {
  expect(source).not.toMatch(GUARDED);
});
