import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { admin, api, digestOf, hub, OWNER, Scene, useHub, waitUntil } from './scene.ts';

useHub();

const RUNS = 20;

async function createScene(): Promise<Scene> {
  const scene = await Scene.create();
  await scene.tag('v1.0.0');
  await scene.tag('v1.1.0');
  await scene.file('a.tgz', 'alpha');
  await scene.file('b.tgz', 'beta');
  return scene;
}

async function expectComplete(scene: Scene, { draft = false } = {}): Promise<void> {
  const release = await scene.only();
  expect(release.draft).toBe(draft);
  expect(release.body).toContain('compare/v1.0.0...v1.1.0');
  expect(release.body).not.toContain('unfinished draft');
  const digests = Object.fromEntries(release.assets.map(({ name, digest }) => [name, digest]));
  expect(digests).toMatchObject({ 'a.tgz': digestOf('alpha'), 'b.tgz': digestOf('beta') });
  expect(Object.keys(digests)).toHaveLength(3);
  if (!draft) expect((await api.repos.getLatestRelease(scene.where)).data.id).toBe(release.id);
}

describe(`${RUNS} runs at once`, () => {
  it.each<[string, Record<string, string>, { immutable?: boolean; draft?: boolean }]>([
    ['with files and the major tag', { 'major-tag': 'true' }, {}],
    ['with immutable releases', {}, { immutable: true }],
    ['that keep the draft', { draft: 'true' }, { draft: true }],
    ['that create the tag', { target: 'main' }, {}],
  ])(
    'end with one complete release: %s',
    async (_, inputs, { immutable = false, draft = false }) => {
      const scene = await createScene();
      if (immutable) hub.admin.setImmutableReleases(`${OWNER}/${scene.where.repo}`, true);
      if (inputs.target !== undefined) await scene.git(['update-ref', '-d', 'refs/tags/v1.1.0']);
      const runs = await Promise.all(
        Array.from({ length: RUNS }, () => scene.run('v1.1.0', { files: '*.tgz', ...inputs })),
      );
      expect(runs.flatMap(({ ok }) => (ok === true ? [] : [ok]))).toEqual([]);
      await expectComplete(scene, { draft });
      expect(runs.filter(({ outputs }) => outputs.created === 'true')).toHaveLength(1);
      const release = await scene.only();
      expect(new Set(runs.map(({ outputs }) => outputs.id))).toEqual(new Set([String(release.id)]));
    },
    180_000,
  );
});

describe('a run that is killed at any request', () => {
  /** @returns whether the run had as many requests */
  async function killAt(request: number, fault: 'before' | 'after'): Promise<boolean> {
    const scene = await createScene();
    await admin.addFault({ match: { path: '^/api/' }, after: request, times: 1, fault: { delayMs: 300 } });
    let child: ChildProcess | undefined;
    let isRunning = true;
    const onStart = (started: ChildProcess) => {
      child = started;
    };
    const running = scene.run('v1.1.0', { files: '*.tgz' }, { onStart }).finally(() => {
      isRunning = false;
    });
    const served = async () => (await admin.requests()).length;
    await admin.clearRequests();
    await waitUntil(async () => !isRunning || (await admin.faults()).some(({ met }) => met > 0));
    if (fault === 'after') {
      const before = await served();
      await waitUntil(async () => !isRunning || (await served()) > before);
    }
    child?.kill('SIGKILL');
    const { exitCode } = await running;
    await admin.clearFaults();
    // The hub still serves the request that it held.
    if (fault === 'before') await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await scene.run('v1.1.0', { files: '*.tgz' })).ok).toBe(true);
    await expectComplete(scene);
    return exitCode === null;
  }

  it.each(['before', 'after'] as const)(
    'is completed by the next run: %s it is served',
    async (fault) => {
      let request = 0;
      while (await killAt(request, fault)) request++;
      expect(request).toBeGreaterThan(8);
    },
    240_000,
  );
});
