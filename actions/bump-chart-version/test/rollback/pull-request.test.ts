import { describe, expect, it } from '@jest/globals';
import { BRANCH, bumpInPullRequest } from '../pull-requests/scene.ts';
import { chart, imageAt, Scene, values } from './scene.ts';

/** Releases of 1.4.1 and 1.4.2 on main. */
async function released(): Promise<Scene> {
  const scene = Scene.create();
  for (const version of ['1.4.1', '1.4.2']) await scene.release(version);
  return scene;
}

const onBranch = ({ repository }: Scene): Record<string, string> => repository.head(BRANCH).files;

describe('a rollback by pull request', () => {
  it('replaces an open proposal of a newer release', async () => {
    const scene = await released();
    await bumpInPullRequest(scene.repository, { version: '1.4.3', images: imageAt('1.4.3') });
    await bumpInPullRequest(scene.repository, { 'rollback-to': '1.4.1' });
    expect(onBranch(scene)).toEqual({
      'helm/shop/Chart.yaml': chart('1.4.1'),
      'helm/shop/values.yaml': values('1.4.1'),
    });
    expect(scene.repository.pulls).toMatchObject([
      { title: 'chore(release): shop 1.4.1', body: expect.stringContaining('1.4.2 → 1.4.1') },
    ]);
    expect(scene.repository.head(BRANCH).message).toContain('Rolled-Back: helm/shop 1.4.2 (now 1.4.1)');
  });

  it('keeps the commit of a reviewer', async () => {
    const scene = await released();
    await bumpInPullRequest(scene.repository, { version: '1.4.3', images: imageAt('1.4.3') });
    const tuned = values('1.4.3').replace('replicas: 2', 'replicas: 3');
    scene.repository.push(BRANCH, { 'helm/shop/values.yaml': tuned }, 'fix: by hand');
    await bumpInPullRequest(scene.repository, { 'rollback-to': '1.4.1' });
    expect(onBranch(scene)['helm/shop/values.yaml']).toBe(values('1.4.1').replace('replicas: 2', 'replicas: 3'));
    expect(scene.repository.log(BRANCH)).toHaveLength(6);
  });

  it('is changed to a newer release, and not by a run of the release that it takes back', async () => {
    const scene = await released();
    await bumpInPullRequest(scene.repository, { 'rollback-to': '1.4.1' });
    const { oid } = scene.repository.head(BRANCH);
    await bumpInPullRequest(scene.repository, { version: '1.4.2', images: imageAt('1.4.2') });
    expect(scene.repository.head(BRANCH).oid).toBe(oid);
    await bumpInPullRequest(scene.repository, { version: '1.4.3', images: imageAt('1.4.3') });
    expect(onBranch(scene)['helm/shop/values.yaml']).toBe(values('1.4.3'));
  });
});
