import { describe, expect, it } from '@jest/globals';
import type { RegistryName } from '../../../lib/identifiers.ts';
import { planJobs } from '../../src/images/plan.ts';
import type { Settings } from '../../src/inputs/inputs.ts';
import { plan } from '../fakes.ts';
import { loadRun, rules, settings, sha } from './run.ts';

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
          epoch: 1_700_000_000,
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
      'org.opencontainers.image.revision': sha,
      'org.opencontainers.image.version': 'sha-0123456789ab',
      'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
      'org.opencontainers.image.title': 'web',
    });
  });

  it('have the version in the label only without promotion: with it, the digest is the same on main and for the tag', async () => {
    const promotion: Settings['promotion'] = {
      from: 'staging.example' as RegistryName,
      mode: 'verify',
      commit: undefined,
      digests: new Map(),
    };
    const tags = rules('sha', 'semver');
    expect(await label({ tags }, 'refs/tags/v1.4.2')).toBe('1.4.2');
    expect(await label({ tags, promotion }, 'refs/tags/v1.4.2')).toBe(await label({ tags }, 'refs/heads/main'));
  });

  it('have the label of the user instead of the standard one', async () => {
    const images = [{ ...plan.image, platforms: [], labels: new Map([['org.opencontainers.image.title', 'Shop']]) }];
    const jobs = await take({ images }, 'refs/heads/main');
    expect(jobs[0]?.plan.labels.get('org.opencontainers.image.title')).toBe('Shop');
  });
});
