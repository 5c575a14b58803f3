import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { admin, api, digestOf, hub, OWNER, Scene, useHub, waitUntil } from './scene.ts';

useHub();

const INPUTS = { tag: 'nightly', target: 'main', 'move-tag': 'true', prerelease: 'true', files: '*.zip' };
const tagged = async (scene: Scene): Promise<string> =>
  (await api.git.getRef({ ...scene.where, ref: 'tags/nightly' })).data.object.sha;

async function createScene(): Promise<{ scene: Scene; first: string }> {
  const scene = await Scene.create();
  const first = await scene.commit('feat: a');
  await scene.file('app.zip', 'one');
  await scene.file('only-yesterday.zip', 'old');
  expect((await scene.run('', INPUTS)).ok).toBe(true);
  expect(await tagged(scene)).toBe(first);
  return { scene, first };
}

/** The release of today: only today's files, under today's commit. */
async function expectToday(scene: Scene, commit: string): Promise<void> {
  const release = await scene.only();
  expect(release).toMatchObject({ tag_name: 'nightly', draft: false, prerelease: true });
  expect(release.body).not.toContain('unfinished draft');
  expect(release.assets.map(({ name, digest }) => [name, digest]).sort()).toEqual([
    ['SHA256SUMS', expect.any(String)],
    ['app.zip', digestOf('two')],
  ]);
  expect(await tagged(scene)).toBe(commit);
}
const TODAY = { ...INPUTS, files: 'app.zip' };

describe('a tag that moves', () => {
  it('moves with its release: the new files, none of the old, under the new commit', async () => {
    const { scene } = await createScene();
    const second = await scene.commit('feat: b');
    await scene.file('app.zip', 'two');
    expect((await scene.run('', TODAY)).outputs).toMatchObject({ created: 'true', published: 'true', latest: 'false' });
    await expectToday(scene, second);
    const before = await scene.only();
    expect((await scene.run('', TODAY)).outputs).toMatchObject({ created: 'false', published: 'true' });
    expect(await scene.only()).toEqual(before);
  });

  it('is shown by a dry run, with the commit that it would move to', async () => {
    const { scene } = await createScene();
    const second = await scene.commit('feat: b');
    const before = await scene.only();
    const { log } = await scene.run('', { ...INPUTS, 'dry-run': 'true' });
    expect(log).toContain(`Dry run: nightly would be moved to ${second}, with its release.`);
    expect(await scene.only()).toEqual(before);
  });

  it('has notes of the changes since the last version, up to the new commit', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.ref('tags/nightly', await scene.commit('feat: a'));
    const head = await scene.commit('feat: b');
    const { outputs } = await scene.run('', { ...INPUTS, files: '' });
    expect(outputs).toMatchObject({ 'previous-tag': 'v1.0.0', latest: 'false' });
    expect(outputs.notes).toMatch(/compare\/v1\.0\.0\.\.\.nightly$/);
    expect(await tagged(scene)).toBe(head);
    await scene.commit('feat: c');
    const commits = await scene.run('', { ...INPUTS, files: '', notes: 'commits' });
    expect(commits.outputs.notes).toMatch(/- a .*\n- b .*\n- c /);
  });

  it('never has the files of one commit under another, at no request of the run', async () => {
    const { scene, first } = await createScene();
    const second = await scene.commit('feat: b');
    await scene.file('app.zip', 'two');
    await admin.addFault({ match: { path: '^/api/' }, fault: { delayMs: 30 } });
    const commits = new Map([
      [digestOf('one'), first],
      [digestOf('two'), second],
    ]);
    let isRunning = true;
    const running = scene.run('', TODAY).finally(() => {
      isRunning = false;
    });
    const seen = new Set<string>();
    while (isRunning) {
      const before = await tagged(scene);
      const [release] = hub.store.releases
        .list(hub.store.repository(OWNER, scene.where.repo)?.id ?? 0)
        .filter(({ draft }) => !draft);
      const assets = hub.store.assets.list(hub.store.repository(OWNER, scene.where.repo)?.id ?? 0);
      const app = assets.find(({ releaseId, name }) => releaseId === release?.id && name === 'app.zip');
      const after = await tagged(scene);
      if (app === undefined || before !== after) continue;
      seen.add(before);
      expect(commits.get(`sha256:${app.digest?.replace('sha256:', '')}`)).toBe(before);
    }
    expect((await running).ok).toBe(true);
    expect(seen.size).toBeGreaterThan(0);
  });

  it('is completed by the next run after a kill at any request', async () => {
    for (let request = 0; ; request++) {
      const { scene } = await createScene();
      const second = await scene.commit('feat: b');
      await scene.file('app.zip', 'two');
      await admin.addFault({ match: { path: '^/api/' }, after: request, times: 1, fault: { delayMs: 400 } });
      let child: ChildProcess | undefined;
      let isRunning = true;
      const onStart = (started: ChildProcess) => {
        child = started;
      };
      const running = scene.run('', TODAY, { onStart }).finally(() => {
        isRunning = false;
      });
      await waitUntil(async () => !isRunning || (await admin.faults()).some(({ met }) => met > 0));
      child?.kill('SIGKILL');
      const { exitCode } = await running;
      await admin.clearFaults();
      if (exitCode !== null) {
        // The run has fewer requests than this.
        expect(request).toBeGreaterThan(8);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect((await scene.run('', TODAY)).ok).toBe(true);
      await expectToday(scene, second);
    }
  }, 480_000);

  it('stays where it is, with its release, if a rule forbids to move it', async () => {
    const { scene, first } = await createScene();
    const before = await scene.only();
    await api.repos.createRepoRuleset({
      ...scene.where,
      name: 'tags',
      target: 'tag',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/tags/nightly'], exclude: [] } },
      rules: [{ type: 'update' }],
    });
    await scene.commit('feat: b');
    await scene.file('app.zip', 'two');
    const { exitCode, log } = await scene.run('', TODAY);
    expect(exitCode).toBe(1);
    expect(log).toContain('moving the tag nightly');
    expect(log).toContain('published the old release of nightly again');
    expect(await tagged(scene)).toBe(first);
    const published = (await scene.releases()).filter(({ draft }) => !draft);
    expect(published).toMatchObject([{ id: before.id, body: before.body }]);
  });

  it('ends at the newest commit when runs of two commits overlap', async () => {
    const { scene } = await createScene();
    const second = await scene.commit('feat: b');
    const third = await scene.commit('feat: c');
    await scene.file('app.zip', 'two');
    const runs = await Promise.all([second, third, second].map((target) => scene.run('', { ...TODAY, target })));
    expect(runs.map(({ ok }) => ok)).toEqual([true, true, true]);
    await expectToday(scene, third);
  });
});
