import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { startTraffic } from '../index.ts';
import { recordTraffic } from '../recorder.ts';
import { applyTimeout } from '../request.ts';
import { ok, serve } from './server.ts';

const never = new AbortController().signal;

/** All but `performance`, `setTimeout` and `clearTimeout`, which the recorder uses. */
const REAL_TIMERS = [
  'Date',
  'hrtime',
  'nextTick',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

describe('recording traffic', () => {
  let directory: string;
  let closing: (() => Promise<void>)[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'traffic-'));
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing) await close();
    await rm(directory, { recursive: true });
  });

  const server = async (handle: Parameters<typeof serve>[0]) => {
    const started = await serve(handle);
    closing.push(started.close);
    return started;
  };
  const config = (url: string, rate: number, seconds: number) => ({
    url,
    rate,
    seconds,
    recordFile: join(directory, 'requests.jsonl'),
    reportFile: join(directory, 'report.json'),
  });

  it('sends requests at the rate, half of them on persistent connections, and records each', async () => {
    const { url, count, server: http } = await server((_, response) => ok(response));
    let connections = 0;
    http.on('connection', () => connections++);
    const report = await recordTraffic(config(url, 200, 0.5), never);
    expect(report).toMatchObject({ requests: 100, newConnections: connections, lost: 0, rate: 200, stopped: false });
    expect(report.keptAlive).toBe(100 - connections);
    expect(report.versions).toMatchObject([{ version: '1.0.0', requests: 100 }]);
    expect(count()).toBe(100);
    // One per request with a new connection, and twenty persistent ones, or more if responses are slow.
    expect(connections).toBeGreaterThanOrEqual(50 + 20);
    expect(connections).toBeLessThan(100);
    const lines = (await readFile(report.recordFile, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(100);
    expect(JSON.parse(lines[0] ?? '')).toEqual([
      expect.any(Number),
      expect.any(Number),
      200,
      '1.0.0',
      expect.any(String),
    ]);
  });

  it('sends the requests that were due when it is stopped, even if they are late', async () => {
    const { url, count } = await server((_, response) => ok(response));
    const stop = new AbortController();
    // The recorder's clock and request timers are the test's, so that no request is lost on a busy machine.
    jest.useFakeTimers({ doNotFake: [...REAL_TIMERS] });
    try {
      const recording = recordTraffic(config(url, 100, 60), stop.signal);
      await waitUntil(() => count() > 0);
      // The requests of this time become late at once, as if the process had been busy.
      jest.advanceTimersByTime(300);
      stop.abort();
      const report = await recording;
      expect(report).toMatchObject({ stopped: true, seconds: 0.3, requests: 31, lost: 0 });
      expect(count()).toBe(31);
      expect(report.recorder.latestSend).toBeGreaterThan(200);
    } finally {
      jest.useRealTimers();
    }
  });

  it('keeps its schedule when the server is slow, and counts the delay', async () => {
    const { url, count } = await server((_, response) => void setTimeout(() => ok(response), 300));
    const report = await recordTraffic(config(url, 100, 0.5), never);
    expect(count()).toBe(50);
    expect(report.latency.p50).toBeGreaterThanOrEqual(295);
    expect(report.perSecond).toHaveLength(1);
  });

  it('counts requests without a response within 2 s as lost, and does not wait longer', async () => {
    const { url } = await server((_, response, count) => {
      if (count % 2 === 0) ok(response);
    });
    const report = await recordTraffic(config(url, 20, 0.5), never);
    expect(report.losses).toEqual({ 'no complete response within 2 s': 5 });
    expect(report.latency.max).toBeGreaterThanOrEqual(1995);
  });

  it.each([
    [{ status: 200, version: '1', kept: true }, 2000, undefined],
    [{ status: 200, version: '1', kept: true }, 2000.1, 'no complete response within 2 s'],
    [{ status: 0, version: '', kept: false, lost: 'ECONNRESET' }, 2500, 'ECONNRESET'],
  ])('%j after %d ms is lost because of %s', (result, latency, lost) => {
    expect(applyTimeout(result, latency).lost).toBe(lost);
  });

  it.each([
    ['a reset', 'ECONNRESET', (_: unknown, response) => void response.socket?.resetAndDestroy()],
    [
      'a connection that closes without a response',
      'ECONNRESET',
      (_: unknown, response) => void response.socket?.end(),
    ],
    ['another status', 'status 503', (_: unknown, response) => void response.writeHead(503).end('later')],
    [
      'an incomplete response',
      'incomplete response: ECONNRESET',
      (_: unknown, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('half');
        setTimeout(() => response.destroy(), 10);
      },
    ],
  ] as [string, string, Parameters<typeof serve>[0]][])(
    '%s counts as lost on both kinds of connection',
    async (_, reason, handle) => {
      const { url, count } = await server((request, response, count) =>
        count < 10 ? handle(request, response, count) : ok(response),
      );
      const report = await recordTraffic(config(url, 100, 0.3), never);
      expect(report.losses).toEqual({ [reason]: 10 });
      // No request was sent twice.
      expect(count()).toBe(30);
    },
  );

  it('counts refused connections as lost', async () => {
    const { url, close } = await serve((_, response) => ok(response));
    await close();
    expect((await recordTraffic(config(url, 50, 0.2), never)).losses).toEqual({ ECONNREFUSED: 10 });
  });

  it('replaces a persistent connection that the server closed between requests, without losing one', async () => {
    const { url, server: http } = await server((_, response) => ok(response));
    http.keepAliveTimeout = 1;
    http.keepAliveTimeoutBuffer = 0;
    let connections = 0;
    http.on('connection', () => connections++);
    // Each of the twenty clients sends a request every 400 ms, long after its connection was closed.
    const report = await recordTraffic(config(url, 100, 1), never);
    expect(report.losses).toEqual({});
    expect(connections).toBe(100);
  });

  it('closes a connection when the server requests it', async () => {
    const { url, server: http } = await server((_, response) => {
      response.setHeader('connection', 'close');
      ok(response);
    });
    let connections = 0;
    http.on('connection', () => connections++);
    expect((await recordTraffic(config(url, 200, 0.5), never)).lost).toBe(0);
    expect(connections).toBe(100);
  });

  it('records the versions that respond, and when', async () => {
    const { url } = await server((_, response, count) => ok(response, count < 25 ? '1.0.0' : '1.0.1'));
    const { versions } = await recordTraffic(config(url, 100, 0.5), never);
    expect(versions.map(({ version, requests }) => [version, requests])).toEqual([
      ['1.0.0', 25],
      ['1.0.1', 25],
    ]);
    expect(versions[1]?.first).toBeGreaterThan(versions[0]?.first ?? 1);
  });

  describe('as a process', () => {
    const options = (change: object = {}) => ({ name: 'test', directory, ...change });

    it('starts, records marks, and stops', async () => {
      const { url, count } = await server((_, response) => ok(response));
      const traffic = await startTraffic({ url }, options());
      await waitUntil(() => count() > 5);
      traffic.mark('tag pushed');
      await waitUntil(() => count() > 10);
      const report = await traffic.stop();
      expect(report.lost).toBe(0);
      expect(report.requests).toBeGreaterThan(0);
      expect(report.marks).toEqual([{ label: 'tag pushed', at: expect.any(Number) }]);
      expect(report.marks[0]?.at).toBeLessThanOrEqual(report.seconds);
      expect(await traffic.stop()).toBe(report);
    });

    it('fails if it cannot start or is killed', async () => {
      const { url, count } = await server((_, response) => ok(response));
      const inside = { command: 'node', args: ['-e', 'console.error("no such network"); process.exit(3)'] };
      await expect(startTraffic({ url, inside }, options())).rejects.toThrow(
        'The traffic could not be started: no such network',
      );
      const pidFile = join(directory, 'pid');
      const traffic = await startTraffic(
        { url, inside: { command: 'sh', args: ['-c', `echo $$ > ${pidFile}; exec "$@"`, 'sh'] } },
        options(),
      );
      await waitUntil(() => count() > 5);
      process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
      await expect(traffic.stop()).rejects.toThrow('The traffic could not be recorded');
    });

    it('stops after its duration', async () => {
      const { url, count } = await server((_, response) => ok(response));
      const traffic = await startTraffic({ url }, options({ rate: 100, seconds: 0.2 }));
      await waitUntil(() => existsSync(join(directory, 'test.report.json')));
      expect(count()).toBe(20);
      expect((await traffic.stop()).requests).toBe(20);
    });

    it('stops when its parent process is killed', async () => {
      const { url, count } = await server((_, response) => ok(response));
      const program = `import { startTraffic } from '${join(import.meta.dirname, '..', 'index.ts')}';
        await startTraffic({ url: '${url}' }, { name: 'test', directory: '${directory}' });`;
      const starter = execa(process.execPath, ['--input-type=module', '--eval', program], { reject: false });
      await waitUntil(() => count() > 5);
      starter.kill('SIGKILL');
      await starter;
      await waitUntil(() => existsSync(join(directory, 'test.report.json')));
      const { requests } = JSON.parse(await readFile(join(directory, 'test.report.json'), 'utf8'));
      expect(requests).toBe(count());
    });

    it('runs with the given command prefix', async () => {
      const { url } = await server((_, response) => ok(response));
      const inside = { command: '/usr/bin/env', args: ['TRAFFIC=1'] };
      expect((await (await startTraffic({ url, inside }, options({ seconds: 0.1 }))).stop()).lost).toBe(0);
    });

    it('sends nothing to another machine', async () => {
      await expect(startTraffic({ url: 'http://192.0.2.1/' }, options())).rejects.toThrow('192.0.2.1 is not 127.0.0.1');
    });
  });
});
