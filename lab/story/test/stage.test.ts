import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ok, serve } from '../../traffic/test/server.ts';
import type { Act } from '../act.ts';
import { type ActResult, playActs } from '../play.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import type { World } from '../world.ts';

describe('an act with traffic', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof serve>>;
  let failing: boolean;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stage-'));
    failing = false;
    server = await serve((_, response) => (failing ? void response.writeHead(503).end() : ok(response)));
  });
  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const play = async (act: Act['play'], timeoutSeconds = 30): Promise<ActResult | undefined> => {
    const findShopTarget = async () => ({ url: server.url });
    const world = { labDir: directory, directory, findShopTarget } as World;
    const [result] = await playActs([{ name: 'busy', title: 'busy', timeoutSeconds, play: act }], world);
    return result;
  };
  const waitForRequests = async (count: number) => {
    while (server.count() < count) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('keeps its report, also in the results', async () => {
    const result = await play(async ({ expect, startTraffic }) => {
      const traffic = await startTraffic();
      await waitForRequests(20);
      traffic.mark('twenty');
      await expectNoneLost(expect, traffic);
    });
    expect(result).toMatchObject({ traffic: [{ lost: 0, rate: 200, marks: [{ label: 'twenty' }] }] });
    expect(result?.traffic[0]?.requests).toBe(server.count());
    expect(JSON.parse(await readFile(join(directory, 'results.json'), 'utf8'))).toEqual([result]);
  });

  it('fails when a request is lost, and says how many and why', async () => {
    const result = await play(async ({ expect, startTraffic }) => {
      const traffic = await startTraffic();
      await waitForRequests(5);
      failing = true;
      await waitForRequests(20);
      failing = false;
      await expectNoneLost(expect, traffic);
    });
    expect(result?.failure).toMatch(/expected: no request is lost; found: \d+ requests, \d+ lost \(\d+ × status 503\)/);
  });

  it('fails when the traffic ends before it', async () => {
    const result = await play(async ({ expect, startTraffic }) => {
      const traffic = await startTraffic({ seconds: 0.05 });
      await waitForRequests(10);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await expectNoneLost(expect, traffic);
    });
    expect(result?.failure).toContain('it had already ended');
  });

  it('fails when its traffic cannot be recorded, although its expectations are met', async () => {
    const result = await play(async ({ startTraffic }) => {
      await startTraffic();
      await waitForRequests(5);
      const config = JSON.parse(await readFile(join(directory, 'traffic', 'busy.config.json'), 'utf8'));
      await mkdir(config.reportFile);
    });
    expect(result?.failure).toContain('The traffic could not be recorded');
  });

  it('starts no traffic once it is over', async () => {
    let late: Promise<unknown> | undefined;
    await play(async ({ signal, startTraffic }) => {
      signal.addEventListener('abort', () => {
        late = startTraffic().catch((error: Error) => error.message);
      });
    });
    expect(await late).toBe('the act is over');
    expect(server.count()).toBe(0);
  });

  it.each<[string, Act['play'], number]>([
    ['that fails', () => Promise.reject(new Error('the pod does not exist')), 30],
    ['that takes too long', () => new Promise(() => undefined), 0.5],
  ])('%s ends its traffic and everything else that uses its signal', async (_, rest, timeoutSeconds) => {
    let ended: unknown;
    const result = await play(async (stage) => {
      stage.signal.addEventListener('abort', () => {
        ended = stage.signal.reason;
      });
      await stage.startTraffic();
      await rest(stage);
    }, timeoutSeconds);
    expect(result?.failure).toBeDefined();
    expect(ended).toEqual(new Error('the act is over'));
    const count = server.count();
    expect(result?.traffic[0]?.requests).toBe(count);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.count()).toBe(count);
  });
});
