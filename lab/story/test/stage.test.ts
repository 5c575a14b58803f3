import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openCluster } from '../../cluster/index.ts';
import { ok, serve } from '../../traffic/test/server.ts';
import type { Act } from '../act.ts';
import { type Played, playActs } from '../play.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import type { World } from '../world.ts';

describe('an act with traffic', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof serve>>;
  let refuses: boolean;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stage-'));
    refuses = false;
    server = await serve((_, response) => (refuses ? void response.writeHead(503).end() : ok(response)));
  });
  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const play = async (act: Act['play'], limit = 30): Promise<Played | undefined> => {
    const world = { directory, cluster: openCluster({ webUrl: server.url }) } as World;
    const [played] = await playActs([{ name: 'busy', number: 9, title: 'busy', limit, play: act }], world, directory);
    return played;
  };
  const until = async (count: number) => {
    while (server.count() < count) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('keeps what came of it, also in the results', async () => {
    const played = await play(async (_world, expected, _thread, _progress, stage) => {
      const traffic = await stage.startTraffic();
      await until(20);
      traffic.mark('twenty');
      await expectNoneLost(expected, traffic);
    });
    expect(played).toMatchObject({ traffic: [{ lost: 0, rate: 200, marks: [{ label: 'twenty' }] }] });
    expect(played?.traffic[0]?.requests).toBe(server.count());
    expect(JSON.parse(await readFile(join(directory, 'results.json'), 'utf8'))).toEqual([played]);
  });

  it('fails when a request is lost, and says how many and why', async () => {
    const played = await play(async (_world, expected, _thread, _progress, stage) => {
      const traffic = await stage.startTraffic();
      await until(5);
      refuses = true;
      await until(20);
      refuses = false;
      await expectNoneLost(expected, traffic);
    });
    expect(played?.failure).toMatch(
      /expected: not one request is lost; found: \d+ requests, \d+ lost \(\d+ × status 503\)/,
    );
  });

  it('fails when the traffic ends before it', async () => {
    const played = await play(async (_world, expected, _thread, _progress, stage) => {
      const traffic = await stage.startTraffic({ seconds: 0.05 });
      await until(10);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await expectNoneLost(expected, traffic);
    });
    expect(played?.failure).toContain('it had ended by itself before');
  });

  it('fails when its traffic cannot be recorded, whatever it says itself', async () => {
    const played = await play(async (_world, _expected, _thread, _progress, stage) => {
      await stage.startTraffic();
      await until(5);
      const config = JSON.parse(await readFile(join(directory, 'traffic', 'busy.config.json'), 'utf8'));
      await mkdir(config.reportFile);
    });
    expect(played?.failure).toContain('The traffic could not be recorded');
  });

  it('starts no traffic once it is over', async () => {
    let late: Promise<unknown> | undefined;
    await play(async (_world, _expected, _thread, _progress, stage) => {
      stage.signal.addEventListener('abort', () => {
        late = stage.startTraffic().catch((error: Error) => error.message);
      });
    });
    expect(await late).toBe('the act is over');
    expect(server.count()).toBe(0);
  });

  it.each<[string, Act['play'], number]>([
    ['that fails', () => Promise.reject(new Error('the pod is gone')), 30],
    ['that takes too long', () => new Promise(() => undefined), 0.5],
  ])('%s ends its traffic and whatever else listens to its end', async (_, rest, limit) => {
    let ended: unknown;
    const played = await play(async (world, expected, thread, progress, stage) => {
      stage.signal.addEventListener('abort', () => {
        ended = stage.signal.reason;
      });
      await stage.startTraffic();
      await rest(world, expected, thread, progress, stage);
    }, limit);
    expect(played?.failure).toBeDefined();
    expect(ended).toEqual(new Error('the act is over'));
    const count = server.count();
    expect(played?.traffic[0]?.requests).toBe(count);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.count()).toBe(count);
  });
});
