import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GoBuild, getBuildDirectory, groupBuilds } from '../go.ts';
import { buildAll, formatBuildProgress } from '../go-progress.ts';
import type { GoTool } from '../table.ts';

/**
 * Stands in for Go: records its arguments, one per line, and writes each program into GOBIN; the second one only when the file
 * `log.wait` has disappeared.
 */
const FAKE_GO = `#!/bin/sh
printf '%s\n' "$PWD" "$@" >> "$GO_LOG"
echo -- >> "$GO_LOG"
[ -e "$GO_LOG.fail" ] && { echo broken; exit 1; }
for last; do
  case $last in */cmd/*)
    name=\${last##*/}; name=\${name%%=*}; name=\${name%%@*}
    case $last in *=*) continue;; esac
    i=0
    while [ -n "$(ls "$GOBIN")" ] && [ -e "$GO_LOG.wait" ] && [ $((i += 1)) -lt 200 ]; do sleep 0.1; done
    echo "$last" > "$GOBIN/$name"; chmod +x "$GOBIN/$name";;
  esac
done
`;

const GO_VERSION = 'go1.26.8';
const { PATH } = process.env;
let dir = '';
let cache = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-go-'));
  cache = join(dir, 'tools');
  for (const name of ['tools', 'bin', 'module']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'module', 'go.sum'), '');
  writeFileSync(join(dir, 'bin', 'go'), FAKE_GO);
  chmodSync(join(dir, 'bin', 'go'), 0o755);
  process.env.PATH = [join(dir, 'bin'), PATH].join(delimiter);
  process.env.GO_LOG = join(dir, 'log');
});
afterEach(() => {
  process.env.PATH = PATH;
  delete process.env.GO_LOG;
  rmSync(dir, { recursive: true });
});

function goBuild(name: string, change: Partial<GoTool> = {}): GoBuild {
  const tool: GoTool = { from: 'go', version: 'v1.0.0', package: `example.org/${name}/cmd/${name}`, seconds: 30 };
  return { name, tool: { ...tool, ...change }, cache, toolsDir: dir };
}

const readCommands = () =>
  readFileSync(join(dir, 'log'), 'utf8')
    .split('--\n')
    .filter(Boolean)
    .map((command) => command.trim().split('\n'));

const build = (builds: readonly GoBuild[], progress: (line: string) => void = () => {}) =>
  buildAll(builds, { program: join(dir, 'bin', 'go'), version: GO_VERSION, env: {} }, { progress });

describe('groupBuilds', () => {
  it('puts together what one command can build: the same module and the same tags', () => {
    const builds = [
      goBuild('a', { module: 'one' }),
      goBuild('b'),
      goBuild('c', { module: 'two' }),
      goBuild('d', { module: 'one', stamps: ['main.version=2'] }),
      goBuild('e', { module: 'one', tags: ['small'] }),
      goBuild('f'),
    ];
    const names = groupBuilds(builds).map((group) => group.map(({ name }) => name).join(' '));
    expect(names).toEqual(['a d', 'b', 'c', 'e', 'f']);
  });
});

describe('buildAll', () => {
  it('builds the programs of a module with one command, and gives each its own stamps and directory', async () => {
    const one = goBuild('one', { module: 'module', stamps: ['example.org/version=1'] });
    const two = goBuild('second', { module: 'module', package: 'example.org/two/cmd/two', program: 'two' });
    await build([one, two]);
    expect(readCommands()).toEqual([
      [
        join(dir, 'module'),
        ...['install', '-trimpath', '-buildvcs=false'],
        ...['-ldflags', 'example.org/one/cmd/one=-s -w -X example.org/version=1'],
        ...['-ldflags', 'example.org/two/cmd/two=-s -w'],
        ...['example.org/one/cmd/one', 'example.org/two/cmd/two'],
      ],
    ]);
    expect(readFileSync(join(await getBuildDirectory(one, GO_VERSION), 'one'), 'utf8')).toMatch(/one$/m);
    expect(readFileSync(join(await getBuildDirectory(two, GO_VERSION), 'second'), 'utf8')).toMatch(/two$/m);
    expect(readdirSync(cache)).toHaveLength(2);
  });

  it('builds a tool without module directory alone, at its version', async () => {
    await build([goBuild('one'), goBuild('two')]);
    const commands = readCommands().map((command) => command.slice(-3));
    expect(commands).toEqual([
      ['-ldflags', '-s -w', 'example.org/one/cmd/one@v1.0.0'],
      ['-ldflags', '-s -w', 'example.org/two/cmd/two@v1.0.0'],
    ]);
    expect(readdirSync(cache)).toHaveLength(2);
  });

  it('reports what is built and what still runs', async () => {
    const builds = [goBuild('one', { module: 'module' }), goBuild('two', { module: 'module' }), goBuild('three')];
    writeFileSync(join(dir, 'log.wait'), '');
    const lines: string[] = [];
    await build(builds, (line) => {
      lines.push(line);
      if (line.includes('1 of 3 built')) rmSync(join(dir, 'log.wait'), { force: true });
    });
    expect(lines[0]).toMatch(/^building one, two \(0 of 3 built\), \d+ s, at most about [89]0 s left$/);
    expect(lines.find((line) => line.includes('1 of 3'))).toMatch(
      /^building two .*\), \d+ s, at most about \d0 s left$/,
    );
    expect(lines.find((line) => line.startsWith('building three'))).toMatch(
      /^building three \(2 of 3 built\), \d+ s, at most about [23]0 s left$/,
    );
  });

  it('leaves nothing behind and keeps earlier builds when the command fails', async () => {
    await build([goBuild('one')]);
    writeFileSync(join(dir, 'log.fail'), '');
    const both = [goBuild('two', { module: 'module' }), goBuild('three', { module: 'module' })];
    await expect(build(both)).rejects.toThrow('building two v1.0.0, three v1.0.0 failed');
    expect(readdirSync(cache)).toHaveLength(1);
    expect(existsSync(join(await getBuildDirectory(goBuild('one'), GO_VERSION), 'one'))).toBe(true);
  });
});

describe('getBuildDirectory', () => {
  it('names the directory as before, so that existing builds stay valid', async () => {
    const stamped = goBuild('one', { module: 'module', stamps: ['example.org/version=1'], tags: ['small'] });
    expect(await getBuildDirectory(stamped, GO_VERSION)).toBe(join(cache, 'one-v1.0.0-89e52424b3-go1.26.8'));
  });
});

describe('formatBuildProgress', () => {
  const progress = { running: ['act'], usualSeconds: 60, done: 1, count: 3 };

  it.each([
    [0, 'building act (1 of 3 built), 0 s, at most about 60 s left'],
    [31, 'building act (1 of 3 built), 31 s, at most about 30 s left'],
    [55, 'building act (1 of 3 built), 55 s, nearly done'],
    [500, 'building act (1 of 3 built), 500 s, longer than the usual 60 s'],
  ])('after %i s', (seconds, line) => {
    expect(formatBuildProgress({ ...progress, seconds })).toBe(line);
  });

  it('says what happens when all programs of the command are built', () => {
    const line = formatBuildProgress({ ...progress, running: [], done: 2, seconds: 60 });
    expect(line).toBe('storing the programs (2 of 3 built), 60 s, nearly done');
  });
});
