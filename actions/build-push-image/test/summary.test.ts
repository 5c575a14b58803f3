import { describe, expect, it } from '@jest/globals';
import type { ImageName, ImageTag } from '../../lib/identifiers.ts';
import type { ImageResult } from '../src/images/image-job.ts';
import { formatSummary } from '../src/summary.ts';
import { digest } from './fakes.ts';
import { settings } from './images/run.ts';

const result: ImageResult = {
  name: 'web' as ImageName,
  key: 'web',
  repository: 'ghcr.io/acme/web',
  ref: `ghcr.io/acme/web@${digest('a')}`,
  refs: [`ghcr.io/acme/web@${digest('a')}`],
  digest: digest('a'),
  tags: ['sha-0123456789ab' as ImageTag],
  platforms: ['linux/amd64'],
  promoted: false,
  seconds: 2,
  repositories: [],
  sizes: new Map(),
  metadata: {},
};
const promotion = { from: 'staging.example', mode: 'require' } as never;
const row = (change: Partial<ImageResult>, settingsChange: Parameters<typeof settings>[0] = {}) =>
  formatSummary(settings(settingsChange), [{ ...result, ...change }], [])
    .split('\n')
    .at(-2);

describe('the summary says of an image', () => {
  it.each<[Partial<ImageResult>, Parameters<typeof settings>[0], string]>([
    [{ steps: { total: 9, cached: 7 } }, {}, 'built and pushed; 7 of 9 steps from the cache'],
    [{ steps: { total: 1, cached: 0 } }, { push: false }, 'built, not pushed; 0 of 1 step from the cache'],
    [{ steps: { total: 0, cached: 0 } }, {}, 'built and pushed'],
    [{ reused: true, steps: { total: 2, cached: 2 } }, {}, 'built, earlier image reused; 2 of 2 steps from the cache'],
    [{ promoted: true, steps: { total: 0, cached: 0 } }, { promotion }, 'copied from staging.example'],
  ])('how it came about: %j', (change, settingsChange, text) => {
    expect(row(change, settingsChange)).toContain(`| ${text} | 2 |`);
  });

  const inRepository = (repository: string, referrers = 0, ...notCopied: string[]) => ({
    repository,
    tags: [],
    copied: { referrers, notCopied },
  });

  it.each<[ReturnType<typeof inRepository>[], string]>([
    [[inRepository('a')], 'copied from staging.example'],
    [[inRepository('a', 1)], 'copied from staging.example, 1 signature or attestation copied'],
    [[inRepository('a', 3)], 'copied from staging.example, 3 signatures and attestations copied'],
    [[inRepository('a', 0, 'x')], 'copied from staging.example, 0 signatures and attestations copied, 1 not copied'],
    [
      [inRepository('a', 2), inRepository('hub.example/b', 1, 'x')],
      'copied from staging.example, 2 signatures and attestations copied; copied to hub.example/b, 1 signature or attestation copied, 1 not copied',
    ],
  ])('what came along with a copy: %j', (repositories, text) => {
    expect(row({ promoted: true, repositories }, { promotion })).toContain(`| ${text} | 2 |`);
  });

  it('which registries got what was built', () => {
    const repositories = [inRepository('ghcr.io/acme/web'), inRepository('hub.example/web')];
    expect(row({ repositories })).toContain('| built and pushed; copied to hub.example/web | 2 |');
  });

  it('the size of each platform that is known', () => {
    const sizes = new Map([['linux/amd64', 12_345_678]]);
    expect(row({ platforms: ['linux/amd64', 'linux/arm64'], sizes })).toContain(
      '| linux/amd64 (12.3 MB), linux/arm64 |',
    );
  });
});
