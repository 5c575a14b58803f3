import { describe, expect, it } from '@jest/globals';
import type { ImageName, RegistryName } from '../../../lib/identifiers.ts';
import { planJobs } from '../../src/images/plan.ts';
import type { Settings } from '../../src/inputs/inputs.ts';
import { plan } from '../fakes.ts';
import { git, loadRun, rules, settings, sha, withRules } from './run.ts';

describe('the jobs', () => {
  const take = async (change: Partial<Settings>, ref: string) =>
    planJobs(settings(change), await loadRun(change, { ref }));
  const label = async (change: Partial<Settings>, ref: string) =>
    (await take(change, ref))[0]?.plan.labels.get('org.opencontainers.image.version');

  it('contain everything that determines the build', async () => {
    const jobs = await take({}, 'refs/heads/main');
    expect(jobs).toMatchObject([
      {
        name: 'web',
        repository: 'ghcr.io/acme/web',
        shaTag: 'sha-0123456789ab',
        plan: {
          platforms: ['linux/amd64'],
          epoch: 315_619_200,
          output: 'push',
          cache: 'gha',
          noCache: false,
          builderId: 'https://github.com/acme/shop/actions/runs/7/attempts/2',
        },
      },
    ]);
    expect(Object.fromEntries(jobs[0]?.plan.labels ?? [])).toEqual({
      own: 'label',
      'org.opencontainers.image.source': 'https://github.com/acme/shop',
      'org.opencontainers.image.title': 'web',
    });
  });

  it('contain nothing of the commit that would change the image', async () => {
    const planAt = async (commit: string, time: string) =>
      planJobs(settings(), await loadRun({}, { commit, exec: git(time, commit) }))[0]?.plan;
    expect(await planAt('f'.repeat(40), '1800000000\n')).toEqual(await planAt(sha, '1700000000\n'));
  });

  it('have the labels of the commit on request', async () => {
    const jobs = await take({ commitLabels: true }, 'refs/heads/main');
    expect(Object.fromEntries(jobs[0]?.plan.labels ?? [])).toEqual({
      own: 'label',
      'org.opencontainers.image.source': 'https://github.com/acme/shop',
      'org.opencontainers.image.title': 'web',
      'org.opencontainers.image.revision': sha,
      'org.opencontainers.image.version': 'sha-0123456789ab',
      'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
    });
  });

  it('have no constant time when they are not reproducible', async () => {
    expect((await take({ reproducible: false }, 'refs/heads/main'))[0]?.plan.epoch).toBeUndefined();
  });

  it('have the version in the label only without promotion: with it, the digest is the same on main and for the tag', async () => {
    const promotion: Settings['promotion'] = {
      from: 'staging.example' as RegistryName,
      mode: 'verify',
      commit: undefined,
      digests: new Map(),
    };
    const labelled = { ...withRules('sha', 'semver'), commitLabels: true };
    expect(await label(labelled, 'refs/tags/v1.4.2')).toBe('1.4.2');
    expect(await label({ ...labelled, promotion }, 'refs/tags/v1.4.2')).toBe(await label(labelled, 'refs/heads/main'));
  });

  it('have the label of the user instead of the standard one', async () => {
    const images = [
      {
        ...plan.image,
        platforms: [],
        tags: rules('sha'),
        labels: new Map([['org.opencontainers.image.title', 'Shop']]),
      },
    ];
    const jobs = await take({ images }, 'refs/heads/main');
    expect(jobs[0]?.plan.labels.get('org.opencontainers.image.title')).toBe('Shop');
  });

  const images = (...changes: Partial<Settings['images'][number]>[]) => ({
    images: changes.map((change) => ({
      ...plan.image,
      platforms: [],
      labels: new Map(),
      tags: rules('sha'),
      ...change,
    })),
  });

  it('have their own tags and names for each variant of an image', async () => {
    const jobs = await take(
      images({ target: 'slim' }, { target: 'debug', affixes: { tagPrefix: '', tagSuffix: '-debug' } }),
      'refs/heads/main',
    );
    expect(jobs.map(({ key, shaTag, tags }) => [key, shaTag, tags[0]?.name])).toEqual([
      ['web', 'sha-0123456789ab', 'sha-0123456789ab'],
      ['web-debug', 'sha-0123456789ab-debug', 'sha-0123456789ab-debug'],
    ]);
    expect([...(jobs[1]?.plan.image.annotations ?? [])]).toEqual([
      ['manifest-descriptor:io.github.gitops-actions.target', 'debug'],
    ]);
  });

  it('never have the same tag twice', async () => {
    const affixes = { tagPrefix: '', tagSuffix: '-debug' };
    const both = images({ tags: rules('raw:edge-debug') }, { tags: rules('raw:edge'), affixes });
    await expect(take(both, 'refs/heads/main')).rejects.toMatchObject({
      what: 'two images would get the tag ghcr.io/acme/web:edge-debug',
      why: 'the rules of web and web-debug both give it',
    });
  });

  it('have a repository in each registry', async () => {
    const otherRegistries = ['docker.io/acme', 'acme.azurecr.io'] as RegistryName[];
    expect(await take({ otherRegistries }, 'refs/heads/main')).toMatchObject([
      {
        repository: 'ghcr.io/acme/web',
        otherRepositories: ['docker.io/acme/web', 'acme.azurecr.io/web'],
        plan: { repository: 'ghcr.io/acme/web' },
      },
    ]);
  });

  it('never have the same tag twice in another registry either', async () => {
    const nested = {
      ...images({}, { name: 'b/web' as ImageName }),
      otherRegistries: ['ghcr.io/acme/b'] as RegistryName[],
    };
    await expect(take(nested, 'refs/heads/main')).rejects.toMatchObject({
      what: 'two images would get the tag ghcr.io/acme/b/web:sha-0123456789ab',
      why: 'the rules of web and b/web both give it',
    });
  });

  it.each([
    ['web-v1.4.2', ['1.4.2', 'latest']],
    ['web/v1.4.2', ['1.4.2', 'latest']],
    ['@acme/web@1.4.2', ['1.4.2', 'latest']],
  ])('are only those of the component when the tag is %s', async (tag, expected) => {
    const change = images(
      { name: 'shop/web' as ImageName, tags: rules('semver', 'latest') },
      { name: 'shop/api' as ImageName, tags: rules('semver', 'latest') },
    );
    const jobs = await take(change, `refs/tags/${tag}`);
    expect(jobs.map(({ name, tags }) => [String(name), tags.map(({ name }) => String(name))])).toEqual([
      ['shop/web', expected],
    ]);
    expect((await loadRun(change, { ref: `refs/tags/${tag}` })).notices).toContainEqual(
      expect.stringMatching(/^shop\/api is left out: the pushed tag is a version of (acme\/)?web\.$/),
    );
  });
});
