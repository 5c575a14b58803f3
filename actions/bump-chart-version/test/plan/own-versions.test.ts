import { describe, expect, it } from '@jest/globals';
import { makePlan } from '../../src/plan/plan.ts';
import { filesOf, image, newText, settings } from '../helpers.ts';

interface Scene {
  version: string;
  /** `undefined` for a chart without the key. */
  appVersion: string | undefined;
  /** The tag in the values; `undefined` without images. */
  has?: string;
  /** The tag of the image that the run brings. */
  gets?: string;
}

/** The plan of a run for the pushed tag v1.4.2, with the defaults of all other inputs. */
async function planOf({ version, appVersion, has, gets }: Scene, inputs: Record<string, string> = {}) {
  const env = { GITHUB_REF: 'refs/tags/v1.4.2' };
  const images = gets === undefined ? 'none' : image('r.io/web', [gets]);
  const request = await settings({ images, ...inputs }, env);
  const chart = `name: shop\nversion: ${version}\n${appVersion === undefined ? '' : `appVersion: "${appVersion}"\n`}`;
  const values = has === undefined ? 'a: b\n' : `image: { repository: r.io/web, tag: "${has}", digest: "" }\n`;
  return makePlan(request, filesOf({ 'helm/shop/Chart.yaml': chart, 'helm/shop/values.yaml': values }));
}

describe('a chart with versions of its own', () => {
  it.each<[string, Scene, string]>([
    ['an older image', { version: '3.7.2', appVersion: '1.4.1', has: '1.4.1', gets: '1.4.2' }, 'r.io/web at 1.4.1'],
    [
      'an older image and no appVersion',
      { version: '3.7.2', appVersion: undefined, has: '1.4.1', gets: '1.4.2' },
      '1.4.1',
    ],
    // `version: patch` used to write the chart's version as appVersion.
    [
      'an older image and its version as appVersion',
      { version: '3.7.3', appVersion: '3.7.3', has: '1.4.1', gets: '1.4.2' },
      '1.4.1',
    ],
    [
      'an older image with a v',
      { version: 'v3.7.2', appVersion: 'v1.4.1', has: 'v1.4.1', gets: 'v1.4.2' },
      'at v1.4.1',
    ],
    ['an image without a tag', { version: '3.7.2', appVersion: '1.4.1', has: '', gets: '1.4.2' }, 'r.io/web at no tag'],
    [
      'the image of a commit',
      { version: '3.7.2', appVersion: undefined, has: 'sha-0123456789ab', gets: '1.4.2' },
      'at sha-',
    ],
    ['an older appVersion', { version: '3.7.2', appVersion: '1.4.1' }, 'the appVersion 1.4.1'],
    ['an older appVersion with a v', { version: '3.7.2', appVersion: 'v1.4.1' }, 'the appVersion v1.4.1'],
  ])('is not taken for a newer one: it has %s', async (_, scene, reason) => {
    const plan = planOf(scene);
    await expect(plan).rejects.toThrow('this chart has versions of its own: it is at');
    await expect(plan).rejects.toThrow(reason);
    await expect(plan).rejects.toThrow('set version: patch');
  });

  it.each<[string, Scene]>([
    ['a newer image', { version: '1.5.0', appVersion: '1.5.0', has: '1.5.0', gets: '1.4.2' }],
    [
      'a newer image beside an older appVersion',
      { version: '3.7.2', appVersion: '1.4.1', has: '1.5.0', gets: '1.4.2' },
    ],
    ['the same image', { version: '1.4.3', appVersion: '1.4.2', has: '1.4.2', gets: '1.4.2' }],
    [
      'the image of a commit, and a newer appVersion',
      { version: '1.5.0', appVersion: '1.5.0', has: 'sha-0123456789ab', gets: '1.4.2' },
    ],
    ['a newer appVersion', { version: '2.0.0', appVersion: '1.9.0' }],
    ['its version as appVersion', { version: '1.5.0', appVersion: '1.5.0' }],
    ['no appVersion', { version: '1.5.0', appVersion: undefined }],
  ])('is left alone with a warning when the run is older: it has %s', async (_, scene) => {
    const plan = await planOf(scene);
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain(`helm/shop is at ${scene.version}, which is newer than 1.4.2`);
  });

  it('is taken back with allow-downgrade', async () => {
    const plan = await planOf({ version: '3.7.2', appVersion: '1.4.1' }, { 'allow-downgrade': 'true' });
    expect(newText(plan, 'helm/shop/Chart.yaml')).toBe('name: shop\nversion: 1.4.2\nappVersion: "1.4.2"\n');
  });

  it.each<[string, Scene, string, string]>([
    ['the pushed tag', { version: '3.7.2', appVersion: '1.4.1', has: '1.4.1', gets: '1.4.2' }, '3.7.3', '1.4.2'],
    ['the pushed tag without images', { version: '3.7.2', appVersion: '1.4.1' }, '3.7.3', '1.4.2'],
    ['the pushed tag with the v', { version: 'v3.7.2', appVersion: 'v1.4.1' }, 'v3.7.3', 'v1.4.2'],
    [
      'the pushed tag though its image is there',
      { version: '3.7.2', appVersion: '1.4.1', has: '1.4.2', gets: '1.4.2' },
      '3.7.3',
      '1.4.2',
    ],
  ])('counts its version and takes %s as appVersion', async (_, scene, version, appVersion) => {
    const plan = await planOf(scene, { version: 'patch' });
    expect(newText(plan, 'helm/shop/Chart.yaml')).toBe(
      `name: shop\nversion: ${version}\nappVersion: "${appVersion}"\n`,
    );
    expect(plan.warnings).toEqual([]);
  });

  it('is not counted again once it has the pushed tag', async () => {
    const plan = await planOf({ version: '3.7.3', appVersion: '1.4.2' }, { version: 'patch' });
    expect(plan.files).toEqual([]);
  });

  it('is not taken back by an older tag when its version is counted', async () => {
    const plan = await planOf({ version: '3.7.3', appVersion: '1.5.0' }, { version: 'patch' });
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain('helm/shop has the appVersion 1.5.0, which is newer than the pushed tag');
  });

  it('that is lower than the application gets the pushed tag, with a warning', async () => {
    const plan = await planOf({ version: '0.3.1', appVersion: '1.4.1' });
    expect(newText(plan, 'helm/shop/Chart.yaml')).toBe('name: shop\nversion: 1.4.2\nappVersion: "1.4.2"\n');
    expect(plan.warnings).toEqual([
      'helm/shop/Chart.yaml: the version goes from 0.3.1 to 1.4.2, that of the pushed tag; if this chart has versions of its own, set version: patch',
    ]);
  });

  it('is not a new chart of helm create', async () => {
    const plan = await planOf({ version: '0.1.0', appVersion: '1.16.0' });
    expect(newText(plan, 'helm/shop/Chart.yaml')).toBe('name: shop\nversion: 1.4.2\nappVersion: "1.4.2"\n');
  });
});
