import { describe, expect, it } from '@jest/globals';
import type { ActionError } from '../../../lib/errors.ts';
import { image } from '../helpers.ts';
import { chart, digest, imageAt, Scene, values, WEB } from './scene.ts';

const REFUSED = 'this run would undo a rollback';

/** Does these steps one after the other: `1.4.1` releases, `<1.4.1` rolls back. */
async function play(...steps: string[]): Promise<Scene> {
  const scene = Scene.create();
  for (const step of steps) await (step.startsWith('<') ? scene.rollBack(step.slice(1)) : scene.release(step));
  return scene;
}

describe('an automatic release after a rollback', () => {
  it.each<[string, string[], string, 'refused' | 'goes through' | 'left alone']>([
    ['the version that was rolled back', ['1.4.1', '1.4.2', '<1.4.1'], '1.4.2', 'refused'],
    ['a version between the two', ['1.4.1', '1.4.3', '<1.4.1'], '1.4.2', 'refused'],
    ['a pre-release between the two', ['1.4.1', '1.4.2', '<1.4.1'], '1.4.2-rc.1', 'refused'],
    ['a newer version', ['1.4.1', '1.4.2', '<1.4.1'], '1.4.3', 'goes through'],
    ['an older version', ['1.4.1', '1.4.2', '<1.4.1'], '1.4.0', 'left alone'],
    ['the old version after a newer one', ['1.4.1', '1.4.2', '<1.4.1', '1.4.3'], '1.4.2', 'left alone'],
    ['the first of two that were rolled back', ['1.4.1', '1.4.2', '1.4.3', '<1.4.2', '<1.4.1'], '1.4.3', 'refused'],
    ['the version of an earlier rollback', ['1.4.1', '1.4.2', '<1.4.1', '1.4.3', '<1.4.1'], '1.4.2', 'refused'],
    ['a newer one after a rollback of a rollback', ['1.4.1', '1.4.2', '<1.4.1', '<1.4.2'], '1.4.3', 'goes through'],
  ])('with %s (%j, then %s) is %s', async (_, steps, version, outcome) => {
    const scene = await play(...steps);
    const before = scene.repository.log().length;
    const result = await scene.release(version).catch(({ what }: ActionError) => what);
    expect(result === REFUSED).toBe(outcome === 'refused');
    expect(scene.repository.log()).toHaveLength(outcome === 'goes through' ? before + 1 : before);
  });

  it('is refused with the commit of the rollback and what to do', async () => {
    const scene = await play('1.4.1', '1.4.2', '<1.4.1');
    const rollback = scene.repository.head().oid.slice(0, 12);
    await expect(scene.release('1.4.2')).rejects.toMatchObject({
      what: REFUSED,
      why: expect.stringContaining(
        `the commit ${rollback} (chore(release): shop 1.4.1) rolled helm/shop back from 1.4.2 to 1.4.1, and this run would set 1.4.2`,
      ),
      next: expect.stringContaining('Release a newer version'),
    });
  });

  it('goes through with allow-downgrade', async () => {
    const scene = await play('1.4.1', '1.4.2', '<1.4.1');
    await scene.release('1.4.2', { 'allow-downgrade': 'true' });
    expect(scene.text()).toBe(values('1.4.2'));
  });

  it('goes through after someone has brought the version back by hand', async () => {
    const scene = await play('1.4.1', '1.4.2', '<1.4.1');
    const files = { 'helm/shop/Chart.yaml': chart('1.4.2'), 'helm/shop/values.yaml': values('1.4.2') };
    scene.repository.push('main', files, 'Revert the rollback');
    expect((await scene.run({ version: '1.4.2', images: imageAt('1.4.2') })).plan.files).toEqual([]);
  });

  it('is refused through other commits, and for 99 of them', async () => {
    const scene = await play('1.4.1', '1.4.2', '<1.4.1');
    for (let count = 0; count < 99; count++)
      scene.repository.push('main', { 'README.md': String(count) }, 'docs: more');
    await expect(scene.release('1.4.2')).rejects.toMatchObject({ what: REFUSED });
  });

  it.each([
    ['patch', '1.4.3'],
    ['minor', '1.5.0'],
    ['follow', '1.4.3'],
  ])('by level starts above the version that was rolled back: %s gives %s', async (version, expected) => {
    const scene = await play('1.4.1', '1.4.2', '<1.4.1');
    await scene.run({ version, images: imageAt('1.4.5') });
    expect(scene.text('helm/shop/Chart.yaml')).toContain(`version: ${expected}\n`);
  });

  it("by level starts at the chart's version once that is higher", async () => {
    const scene = await play('1.4.1', '1.4.2', '<1.4.1', '1.5.0');
    await scene.run({ version: 'patch', images: imageAt('1.5.1') });
    expect(scene.text('helm/shop/Chart.yaml')).toContain('version: 1.5.1\n');
  });
});

describe('images without an order, after a rollback', () => {
  const [A, B, C, D] = ['sha-aaaaaaaaaaaa', 'sha-bbbbbbbbbbbb', 'sha-cccccccccccc', 'sha-dddddddddddd'];
  const none = { version: 'none' };

  /** Releases of A, B and C, and a rollback from C to A. */
  async function rolledBack(): Promise<{ scene: Scene; a: string }> {
    const scene = Scene.create('1.4.0');
    const a = await scene.release(A, none);
    await scene.release(B, none);
    await scene.release(C, none);
    await scene.rollBack(a, none);
    expect(scene.text()).toBe(values(A));
    return { scene, a };
  }

  it.each([C, B])('are refused by their digest: %s', async (tag) => {
    const { scene } = await rolledBack();
    await expect(scene.release(tag, none)).rejects.toMatchObject({
      what: REFUSED,
      why: expect.stringContaining(
        `rolled ${WEB} in helm/shop/values.yaml back from ${C}@${digest(C)} to ${A}@${digest(A)}, and this run would set ${tag}@${digest(tag)}`,
      ),
    });
    expect(scene.text()).toBe(values(A));
  });

  it('are refused while the chart counts its own versions', async () => {
    const { scene } = await rolledBack();
    await expect(scene.release(C, { version: 'patch' })).rejects.toMatchObject({ what: REFUSED });
  });

  it('are released when they are new, which ends the hold', async () => {
    const { scene, a } = await rolledBack();
    await scene.release(D, none);
    expect(scene.text()).toBe(values(D));
    await scene.rollBack(a, none);
    for (const tag of [B, C, D]) await expect(scene.release(tag, none)).rejects.toMatchObject({ what: REFUSED });
  });

  it('are no longer held once the rollback is rolled back', async () => {
    const { scene } = await rolledBack();
    const [, c = ''] = scene.repository.log().map(({ oid }) => oid);
    await scene.rollBack(c, none);
    expect(scene.text()).toBe(values(C));
    await expect(scene.release(A, none)).rejects.toMatchObject({ why: expect.stringContaining(`from ${A}@`) });
    await scene.release(B, none);
    expect(scene.text()).toBe(values(B));
  });

  it('are ordered by what they were built from, not by the run that rolled back', async () => {
    const scene = Scene.create();
    const [first, second, third, fourth] = ['1', '2', '3', '4'].map((digit) => digit.repeat(40));
    scene.repository.source = [first, second, third, fourth] as string[];
    const runOf = async <T>(sha: string | undefined, work: () => Promise<T>): Promise<T> => {
      scene.sha = sha ?? '';
      return work();
    };
    const a = await runOf(first, () => scene.release(A, none));
    await runOf(second, () => scene.release(B, none));
    await runOf(fourth, () => scene.rollBack(a, none));
    await runOf(third, () => scene.release(C, none));
    expect(scene.text()).toBe(values(C));
  });

  it('are held where there is no chart', async () => {
    const scene = new Scene({ 'apps/web/kustomization.yaml': values('1.4.0') });
    const inputs = { ...none, charts: 'apps/web', 'values-files': 'kustomization.yaml' };
    const first = await scene.release(A, inputs);
    for (const tag of [B, C]) await scene.release(tag, inputs);
    await scene.rollBack(first, inputs);
    expect(scene.text('apps/web/kustomization.yaml')).toBe(values(A));
    for (const tag of [B, C]) await expect(scene.release(tag, inputs)).rejects.toMatchObject({ what: REFUSED });
    await scene.release(D, inputs);
  });

  it('are held in the files of the rollback alone', async () => {
    const files = (name: string) => ({
      [`helm/${name}/Chart.yaml`]: chart('1.4.0'),
      [`helm/${name}/values.yaml`]: values('1.4.0'),
    });
    const scene = new Scene({ ...files('staging'), ...files('production') });
    const production = { ...none, charts: 'helm/production' };
    const first = await scene.release(A, { ...none, charts: 'helm/staging\nhelm/production' });
    const staging = { ...none, charts: 'helm/staging' };
    await scene.release(B, production);
    await scene.release(C, staging);
    await scene.rollBack(first, production);
    await scene.release(B, staging);
    expect(scene.text('helm/staging/values.yaml')).toBe(values(B));
    await expect(scene.release(B, production)).rejects.toMatchObject({ what: REFUSED });
    await scene.release(C, production);
  });
});

it('an image that went back to no tag of its own is held too', async () => {
  const at = (tag: string): string => `image: {repository: ${WEB}, tag: "${tag}"}\n`;
  const scene = new Scene({ 'helm/shop/Chart.yaml': chart('1.0.0'), 'helm/shop/values.yaml': at('') });
  const first = scene.repository.head().oid;
  const release = () => scene.run({ version: 'none', images: imageAt('1.4.2') });
  await release();
  await scene.rollBack(first);
  expect(scene.text()).toBe(at(''));
  await expect(release()).rejects.toMatchObject({ what: REFUSED, why: expect.stringContaining('to no tag, and') });
});

it('an image whose registry is in another file is held too', async () => {
  const at = (tag: string): string => `image: {repository: acme/web, tag: "${tag}"}\n`;
  const scene = new Scene({
    'helm/shop/Chart.yaml': chart('1.0.0'),
    'helm/shop/values.yaml': at('1.4.0'),
    'helm/shop/values-production.yaml': 'global: {imageRegistry: ghcr.io}\n',
  });
  const inputs = { version: 'none', 'values-files': 'values.yaml\nvalues-production.yaml' };
  const first = scene.repository.head().oid;
  await scene.release('1.4.2', inputs);
  expect(scene.text()).toBe(at('1.4.2'));
  await scene.rollBack(first, inputs);
  expect(scene.text()).toBe(at('1.4.0'));
  await expect(scene.release('1.4.2', inputs)).rejects.toMatchObject({ what: REFUSED });
});

it('a promotion does not bring back what was rolled back in its target', async () => {
  const scene = new Scene({
    'environments/staging.yaml': values('1.4.2'),
    'environments/production.yaml': values('1.4.1'),
    'helm/shop/Chart.yaml': chart('1.0.0'),
    'helm/shop/values.yaml': values('1.0.0'),
  });
  const target = { version: 'none', 'values-files': 'environments/production.yaml' };
  const promote = () => scene.run({ ...target, from: 'environments/staging.yaml' });
  const first = scene.repository.head().oid;
  await promote();
  expect(scene.text('environments/production.yaml')).toBe(values('1.4.2'));
  await scene.rollBack(first, target);
  expect(scene.text('environments/production.yaml')).toBe(values('1.4.1'));
  await expect(promote()).rejects.toMatchObject({ what: REFUSED });
  scene.repository.push('main', { 'environments/staging.yaml': values('1.4.3') }, 'newer in staging');
  await promote();
  expect(scene.text('environments/production.yaml')).toBe(values('1.4.3'));
});

it('an image is not held by another one with the same tags', async () => {
  const at = (web: string, api: string): string => `web: {image: "r.io/web:${web}"}\napi: {image: "r.io/api:${api}"}\n`;
  const scene = new Scene({ 'helm/shop/Chart.yaml': chart('1.0.0'), 'helm/shop/values.yaml': at('1.4.1', '1.4.1') });
  const set = (name: string) =>
    scene.run({ version: 'none', images: image(`r.io/${name}`, ['1.4.2'], digest('1.4.2')) });
  const first = scene.repository.head().oid;
  await set('web');
  await scene.rollBack(first, { version: 'none' });
  await set('api');
  expect(scene.text()).toBe(at('1.4.1', '1.4.2'));
  await expect(set('web')).rejects.toMatchObject({ what: REFUSED });
});

it('a version alone is held through two rollbacks', async () => {
  const scene = new Scene({ 'helm/shop/Chart.yaml': chart('1.4.1'), 'helm/shop/values.yaml': 'web: 1\n' });
  const release = (version: string) => scene.run({ version, 'app-version': 'none' });
  for (const version of ['1.4.2', '1.4.3']) await release(version);
  for (const version of ['1.4.2', '1.4.1']) await scene.rollBack(version);
  await expect(release('1.4.3')).rejects.toMatchObject({
    what: REFUSED,
    why: expect.stringContaining('rolled helm/shop back from 1.4.3 to 1.4.2, and this run would set 1.4.3'),
  });
  await release('patch');
  expect(scene.text('helm/shop/Chart.yaml')).toBe(chart('1.4.4', '1.4.1'));
});

it('an appVersion that was rolled back is held too, where the templates take it for the tag', async () => {
  const scene = new Scene({ 'helm/shop/Chart.yaml': chart('3.7.1', '1.4.1'), 'helm/shop/values.yaml': 'web: 1\n' });
  const first = scene.repository.head().oid;
  const release = (version: string) => scene.run({ version: 'patch' }, { GITHUB_REF: `refs/tags/v${version}` });
  await release('1.4.2');
  await scene.rollBack(first);
  expect(scene.text('helm/shop/Chart.yaml')).toBe(chart('3.7.1', '1.4.1'));
  await expect(release('1.4.2')).rejects.toMatchObject({
    what: REFUSED,
    why: expect.stringContaining('rolled helm/shop appVersion back from 1.4.2 to 1.4.1'),
  });
  await release('1.4.3');
  expect(scene.text('helm/shop/Chart.yaml')).toBe(chart('3.7.3', '1.4.3'));
});
