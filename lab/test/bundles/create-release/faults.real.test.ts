import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultAction, FaultRequest } from '../../../hub/index.ts';
import { chooseCells } from '../matrix.ts';
import { digestOf, Scene, startTestHub, type TestHub } from './scene.ts';

/** What happens to one request of a run. */
const FAULTS: Record<string, FaultAction> = {
  'a reset before the request is served': 'reset',
  'a reset instead of the response': 'lost-response',
  'a response that breaks off': 'cut-response',
  'a response that is half of its JSON': 'invalid-json',
  'an empty response': 'empty-response',
  "a proxy's page": 'html',
  'a redirect': 'redirect',
  'a 502': { status: 502 },
  'a 503 in JSON': { status: 503, body: { message: 'No server is currently available to service your request.' } },
  'a secondary rate limit with Retry-After': {
    status: 403,
    headers: { 'retry-after': '1' },
    body: { message: 'You have exceeded a secondary rate limit.' },
  },
};
const INPUTS = { files: '*.tgz', 'major-tag': 'true', notes: 'github' };
const HUBS = 4;

let parent: string;
let hubs: TestHub[];
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'create-release-faults-'));
  hubs = await Promise.all(Array.from({ length: HUBS }, () => startTestHub(parent)));
});
afterAll(async () => {
  await Promise.all((hubs ?? []).map(({ hub }) => hub.close()));
  await rm(parent, { recursive: true, force: true });
});

async function createScene(lab: TestHub): Promise<Scene> {
  const scene = await Scene.create(lab);
  await scene.tag('v1.0.0');
  await scene.tag('v1.1.0');
  await scene.file('a.tgz', 'alpha');
  await scene.file('b.tgz', 'beta');
  return scene;
}

/** What is wrong with the releases and tags. */
async function problemsOf(scene: Scene): Promise<string[]> {
  const { api } = scene.lab;
  const [release, ...others] = await scene.releases();
  if (release === undefined) return ['there is no release'];
  const head = (await api.git.getRef({ ...scene.where, ref: 'tags/v1.1.0' })).data.object.sha;
  const major = await api.git.getRef({ ...scene.where, ref: 'tags/v1' }).catch(() => undefined);
  const latest = await api.repos.getLatestRelease(scene.where).catch(() => undefined);
  const assets = new Map(release.assets.map((asset) => [asset.name, asset]));
  const expected: [string, boolean][] = [
    [`${others.length} other releases`, others.length === 0],
    ['not published', !release.draft],
    [`body: ${release.body}`, /compare\/v1\.0\.0\.\.\.v1\.1\.0/.test(release.body ?? '')],
    ['unfinished', !/unfinished draft/.test(release.body ?? '')],
    [`files: ${[...assets.keys()]}`, assets.size === 3],
    ['a.tgz', assets.get('a.tgz')?.digest === digestOf('alpha')],
    ['b.tgz', assets.get('b.tgz')?.digest === digestOf('beta')],
    ['latest', latest?.data.tag_name === 'v1.1.0'],
    ['major tag', major?.data.object.sha === head],
  ];
  return expected.flatMap(([what, isRight]) => (isRight ? [] : [what]));
}

interface Outcome {
  fault: string;
  request: number;
  /** Whether the fault happened. */
  happened: boolean;
  first: string[];
  /** After one more run without faults. */
  second: string[];
}

async function tryFault(lab: TestHub, fault: string, request: number): Promise<Outcome> {
  const scene = await createScene(lab);
  await lab.admin.addFault({
    match: { path: '^/api/' },
    after: request,
    times: 1,
    fault: FAULTS[fault] as FaultAction,
  });
  const run = await scene.run('v1.1.0', INPUTS);
  const happened = (await lab.admin.faults()).some(({ met }) => met > 0);
  await lab.admin.clearFaults();
  const first = [...(run.exitCode === 0 ? [] : [`exit ${run.exitCode}`]), ...(await problemsOf(scene))];
  const again = first.length === 0 ? run : await scene.run('v1.1.0', INPUTS);
  const second = [...(again.exitCode === 0 ? [] : [`exit ${again.exitCode}`]), ...(await problemsOf(scene))];
  return { fault, request, happened, first, second };
}

/** A secondary rate limit without Retry-After, after which GitHub asks to wait for at least a minute. @returns what is wrong */
async function tryLimit(lab: TestHub): Promise<string[]> {
  const scene = await createScene(lab);
  const body = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' };
  await lab.admin.addFault({ match: { operation: 'repos/create-release' }, times: 1, fault: { status: 403, body } });
  const { exitCode, log } = await scene.run('v1.1.0', INPUTS);
  await lab.hub.close();
  const waits = /secondary rate limit asks to wait at least 60 s/.test(log)
    ? []
    : [`does not say that it waits: ${log}`];
  return [...(exitCode === 0 ? [] : [log]), ...waits];
}

describe('a release', () => {
  it('is right after any fault at any request, in the first run', async () => {
    const [lab] = hubs;
    if (lab === undefined) throw new Error('no hub was started');
    const scene = await createScene(lab);
    await lab.admin.clearRequests();
    expect((await scene.run('v1.1.0', INPUTS)).ok).toBe(true);
    const requests = (await lab.admin.requests()).length;
    expect(await problemsOf(scene)).toEqual([]);

    const cells = chooseCells(Object.keys(FAULTS), requests);
    const open = [...cells];
    const outcomes: Outcome[] = [];
    const limited = tryLimit(await startTestHub(parent));
    await Promise.all(
      hubs.map(async (hub) => {
        for (let cell = open.shift(); cell !== undefined; cell = open.shift())
          outcomes.push(await tryFault(hub, cell.fault, cell.request));
      }),
    );
    expect(await limited).toEqual([]);
    for (const fault of Object.keys(FAULTS)) {
      const ofKind = outcomes.filter((outcome) => outcome.fault === fault);
      const count = (run: 'first' | 'second') => ofKind.filter((outcome) => outcome[run].length === 0).length;
      console.info(
        `${fault}: at ${ofKind.length} requests, right in the first run ${count('first')}, after one more run ${count('second')}`,
      );
    }
    const describeOutcome = ({ fault, request, first, second }: Outcome) =>
      `${fault}, request ${request}: ${first.join(', ')}; after one more run: ${second.join(', ')}`;
    expect(outcomes.filter(({ happened }) => !happened).map(describeOutcome)).toEqual([]);
    expect(outcomes.filter(({ second }) => second.length > 0).map(describeOutcome)).toEqual([]);
    expect(outcomes.filter(({ first }) => first.length > 0).map(describeOutcome)).toEqual([]);
    expect(outcomes).toHaveLength(cells.length);
  }, 900_000);

  it('is right when all lists lag, and when an upload leaves an incomplete file', async () => {
    const [lab] = hubs;
    if (lab === undefined) throw new Error('no hub was started');
    const lag: FaultRequest = { match: {}, fault: { lagMs: 3_000 } };
    const starter: FaultRequest = { match: { operation: 'repos/upload-release-asset' }, times: 1, fault: 'starter' };
    for (const fault of [lag, starter]) {
      const scene = await createScene(lab);
      // The tags are older than the lag.
      await sleep(3_500);
      await lab.admin.addFault(fault);
      expect((await scene.run('v1.1.0', INPUTS)).ok).toBe(true);
      await lab.admin.clearFaults();
      expect(await problemsOf(scene)).toEqual([]);
    }
  }, 120_000);
});
