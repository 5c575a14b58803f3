import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LabError } from '../../errors.ts';
import { choosePort, retryOnTakenPort } from '../ports.ts';
import { findMarked, isRunning } from '../processes.ts';
import { LabState } from '../state.ts';
import { type ServiceSpec, Supervisor } from '../supervisor.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-services-'));
});
afterEach(async () => {
  await new Supervisor(LabState.load(dir)).stopAll();
  rmSync(dir, { recursive: true });
});

/** A service that runs `script` in Node and is ready when it has written the file `ready`. */
function scripted(name: string, script: string, more: Partial<ServiceSpec> = {}): ServiceSpec {
  const file = join(dir, `${name}.ready`);
  return {
    name,
    command: process.execPath,
    args: ['-e', script.replaceAll('READY', `require('fs').writeFileSync(${JSON.stringify(file)}, '')`)],
    ready: async () => {
      if (!existsSync(file)) throw new Error('no file yet');
    },
    ...more,
  };
}

const IDLE = 'READY; setInterval(() => {}, 1000)';
const createSupervisor = () => new Supervisor(LabState.load(dir));

describe('start', () => {
  it('records the service before it is ready, so that a crash in between loses no process', async () => {
    const seen: unknown[] = [];
    const spec = scripted('slow', IDLE);
    const { ready } = spec;
    const watched = async () => {
      seen.push(LabState.load(dir).service('slow')?.pid);
      await ready();
    };
    const record = await createSupervisor().start({ ...spec, ready: watched });
    expect(seen[0]).toBe(record.pid);
  });

  it('keeps a service that runs with the same settings, even if only its record is known', async () => {
    const spec = scripted('kept', IDLE);
    const first = await createSupervisor().start(spec);
    const second = createSupervisor();
    expect((await second.reconcile()).map(({ name }) => name)).toEqual(['kept']);
    expect((await second.start(spec)).pid).toBe(first.pid);
    expect(second.started).toEqual([]);
  });

  it.each([
    ['arguments', { args: ['-e', 'setInterval(() => {}, 999)'] }],
    ['environment', { env: { A: '1' } }],
    ['configuration', { config: 'b' }],
    ['port', { port: 5 }],
  ])('restarts it when its %s changed', async (_, change) => {
    const spec = scripted('changed', IDLE);
    const first = await createSupervisor().start(spec);
    const second = await createSupervisor().start({ ...spec, ...change });
    expect(second.pid).not.toBe(first.pid);
    expect(isRunning(first)).toBe(false);
  });

  it('restarts it when it runs but does not respond', async () => {
    const spec = scripted('unresponsive', IDLE, { responseTimeoutMs: 300 });
    const first = await createSupervisor().start(spec);
    rmSync(join(dir, 'unresponsive.ready'));
    expect((await createSupervisor().start(spec)).pid).not.toBe(first.pid);
  });

  it('keeps a service that is slow to respond', async () => {
    const spec = scripted('slow', IDLE);
    const first = await createSupervisor().start(spec);
    let checks = 0;
    const ready = async () => {
      if (++checks < 3) throw new Error('not in time');
    };
    expect((await createSupervisor().start({ ...spec, ready })).pid).toBe(first.pid);
  });

  it('reports a service that exits immediately, with its log', async () => {
    await expect(
      createSupervisor().start(scripted('broken', 'console.error("no such key: x"); process.exit(3)')),
    ).rejects.toThrow(/broken exited right after it started[\s\S]*no such key: x/);
    expect(LabState.load(dir).services).toEqual([]);
  });

  it('shows only the log of this start', async () => {
    await expect(createSupervisor().start(scripted('twice', 'console.log("one"); process.exit(1)'))).rejects.toThrow(
      /one/,
    );
    await expect(createSupervisor().start(scripted('twice', 'console.log("two"); process.exit(1)'))).rejects.toThrow(
      /ends with:\n {2}\| two$/,
    );
  });

  it('stops a service that is not ready in time, and reports the reason', async () => {
    const spec = scripted('late', 'setInterval(() => {}, 1000)', { readyTimeoutMs: 300 });
    await expect(createSupervisor().start(spec)).rejects.toThrow(
      'late did not become ready within 0.3 s (no file yet)',
    );
    expect(findMarked(dir)).toEqual([]);
  });

  it('names a program that cannot be started', async () => {
    const link = join(dir, 'program');
    writeFileSync(link, 'not executable');
    await expect(createSupervisor().start({ ...scripted('absent', ''), command: link })).rejects.toThrow(
      /absent could not be started/,
    );
  });

  it('stops the service when the start is aborted', async () => {
    const controller = new AbortController();
    const state = LabState.load(dir);
    const supervisor = new Supervisor(state, controller.signal);
    const spec = scripted('interrupted', 'setInterval(() => {}, 1000)');
    const ready = async () => {
      controller.abort(new Error('enough'));
      throw new Error('not yet');
    };
    await expect(supervisor.start({ ...spec, ready })).rejects.toThrow('enough');
    expect(findMarked(dir)).toEqual([]);
  });
});

describe('stop', () => {
  it('also stops processes that left the process group', async () => {
    const script = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); ${IDLE}`;
    const supervisor = createSupervisor();
    await supervisor.start(scripted('parent', script));
    expect(findMarked(dir, 'parent').length).toBe(2);
    await supervisor.stop('parent');
    expect(findMarked(dir)).toEqual([]);
  });

  it('kills a process that ignores SIGTERM after the timeout', async () => {
    const supervisor = createSupervisor();
    const record = await supervisor.start(
      scripted('stubborn', `process.on('SIGTERM', () => console.log('no')); ${IDLE}`),
    );
    await supervisor.stop('stubborn', 2_000);
    expect(isRunning(record)).toBe(false);
    expect(readFileSync(record.log, 'utf8')).toBe('no\n');
  });

  it('kills services without waiting, and keeps the record for `down`', async () => {
    const supervisor = createSupervisor();
    const record = await supervisor.start(scripted('killed', `process.on('SIGTERM', () => {}); ${IDLE}`));
    supervisor.killStarted();
    while (isRunning(record)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(LabState.load(dir).service('killed')).toEqual(record);
  });

  it('never signals another process with the same id', async () => {
    const supervisor = createSupervisor();
    const record = await supervisor.start(scripted('victim', IDLE));
    const other = mkdtempSync(join(tmpdir(), 'lab-other-'));
    const state = LabState.load(other);
    state.setService({ ...record, name: 'old', started: 'earlier-boot/1' });
    await new Supervisor(state).stop('old');
    expect(isRunning(record)).toBe(true);
    expect(LabState.load(other).services).toEqual([]);
    rmSync(other, { recursive: true });
  });

  it('removes records of dead services and stops their orphans when a later command reconciles', async () => {
    const script = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); ${IDLE}`;
    const record = await createSupervisor().start(scripted('crashed', script));
    process.kill(record.pid, 'SIGKILL');
    while (isRunning(record)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await createSupervisor().reconcile()).toEqual([]);
    expect(findMarked(dir)).toEqual([]);
  });
});

describe('choosePort', () => {
  const listen = (port: number) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer().once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(server));
    });

  let otherServer: Server | undefined;
  afterEach(() => {
    otherServer?.close();
  });

  it('reuses the previous port if it is free, and replaces it if another process took it', async () => {
    const state = LabState.load(dir);
    const first = await choosePort(state, 'hub');
    expect(await choosePort(LabState.load(dir), 'hub')).toBe(first);
    otherServer = await listen(first);
    const second = await choosePort(LabState.load(dir), 'hub');
    expect(second).not.toBe(first);
    expect(LabState.load(dir).ports.hub).toBe(second);
  });

  it('is called again when another process takes the port before the start', async () => {
    const ports: number[] = [];
    const record = await retryOnTakenPort(async () => {
      const port = await choosePort(LabState.load(dir), 'hub');
      if (ports.push(port) === 1) otherServer = await listen(port);
      const script = `require('net').createServer().listen(${port}, '127.0.0.1', () => { READY })`;
      return createSupervisor().start(scripted('hub', script, { port }));
    });
    expect(ports).toHaveLength(2);
    expect(ports[1]).not.toBe(ports[0]);
    expect(record.port).toBe(ports[1]);
  });

  it.each([
    ['a port that is always taken', 'ended: listen EADDRINUSE: address already in use 127.0.0.1:1', 3],
    ['another failure', 'is not ready', 1],
  ])('%s is reported', async (_, message, attempts) => {
    let attempted = 0;
    const start = async () => {
      attempted++;
      throw new LabError(message, 'Look.');
    };
    await expect(retryOnTakenPort(start)).rejects.toThrow(message);
    expect(attempted).toBe(attempts);
  });

  it('keeps a port on which its service listens', async () => {
    const state = LabState.load(dir);
    const port = await choosePort(state, 'hub');
    const script = `require('net').createServer().listen(${port}, '127.0.0.1', () => { READY })`;
    await new Supervisor(state).start(scripted('hub', script, { port }));
    expect(await choosePort(LabState.load(dir), 'hub')).toBe(port);
  });
});
