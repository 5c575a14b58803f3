import { describe, expect, it } from '@jest/globals';
import { commitToBranch } from '../../src/commit/commit.ts';
import { imageSource } from '../../src/commit/message.ts';
import type { Outcome } from '../../src/outputs.ts';
import { FakeRepository } from '../fake-repository.ts';
import { CHART, DIGEST, image, OLD_DIGEST, settings } from '../helpers.ts';

/** The commits of the source, the oldest first. */
const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

const values = (tag: string): string => `image: { repository: r.io/web, tag: "${tag}", digest: "" }\n`;

function createRepository(tag = 'sha-000000000000'): FakeRepository {
  const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': values(tag) });
  repository.source = [FIRST, SECOND, THIRD];
  return repository;
}

interface Run {
  sha: string;
  repository?: string;
  tags?: string[];
  inputs?: Record<string, string>;
}

/** A run for a commit of the source, whose image has the tag of the commit. */
async function run(target: FakeRepository, { sha, repository = 'octo/shop', tags, inputs }: Run): Promise<Outcome> {
  const digest = `sha256:${sha.slice(0, 32).repeat(2)}`;
  const images = image('r.io/web', tags ?? [`sha-${sha.slice(0, 12)}`], digest);
  return commitToBranch(await settings({ version: 'none', images, ...inputs }), target, {
    origin: { repository, sha, runUrl: `https://github.test/runs/${sha}` },
    retry: { retries: 0 },
    onCommit: async () => undefined,
  });
}

const current = (repository: FakeRepository): string => repository.head().files['helm/shop/values.yaml'] ?? '';

describe('a run for an older commit', () => {
  it('does not take the image back', async () => {
    const repository = createRepository();
    await run(repository, { sha: SECOND });
    const { plan, commit } = await run(repository, { sha: FIRST });
    expect(commit).toBeUndefined();
    expect(plan.charts).toMatchObject([
      {
        changed: false,
        skipped: `helm/shop has r.io/web of the commit ${SECOND.slice(0, 12)}, which is newer than ${FIRST.slice(0, 12)}; the chart is not changed (set allow-downgrade: true to go back)`,
      },
    ]);
    expect(current(repository)).toContain(`sha-${SECOND.slice(0, 12)}`);
    expect(repository.compared).toEqual([`octo/shop: ${FIRST} in ${SECOND}`]);
  });

  it('takes it back with allow-downgrade, without a comparison', async () => {
    const repository = createRepository();
    await run(repository, { sha: SECOND });
    await run(repository, { sha: FIRST, inputs: { 'allow-downgrade': 'true' } });
    expect(current(repository)).toContain(`sha-${FIRST.slice(0, 12)}`);
    expect(repository.compared).toEqual([]);
  });

  it('is recognized after other commits, and after a bump of the version', async () => {
    const repository = createRepository();
    await run(repository, { sha: SECOND, inputs: { version: 'patch' } });
    repository.push('main', { other: 'x' }, 'docs: theirs');
    const { plan } = await run(repository, { sha: FIRST, inputs: { version: 'patch' } });
    expect(plan).toMatchObject({ files: [], charts: [{ version: '1.0.1', changed: false }] });
  });

  it('does not take back an image with one tag for all commits', async () => {
    const repository = createRepository('main');
    await run(repository, { sha: SECOND, tags: ['main'] });
    const { plan } = await run(repository, { sha: FIRST, tags: ['main'] });
    expect(plan.charts[0]?.skipped).toContain('which is newer than');
  });
});

describe('a run is not older', () => {
  it.each<[string, (repository: FakeRepository) => Promise<unknown> | unknown, Run, number]>([
    ['when its commit is newer', (target) => run(target, { sha: FIRST }), { sha: SECOND }, 1],
    ['when nobody knows its commit', (target) => run(target, { sha: SECOND }), { sha: '9'.repeat(40) }, 1],
    [
      'when the other commit was force-pushed away',
      (target) => run(target, { sha: '9'.repeat(40) }),
      { sha: FIRST },
      1,
    ],
    [
      'when the image came from another repository',
      (target) => run(target, { sha: SECOND, repository: 'octo/old' }),
      { sha: FIRST },
      0,
    ],
    [
      'when the image was edited by hand',
      async (target) => {
        await run(target, { sha: SECOND });
        target.push('main', { 'helm/shop/values.yaml': values('sha-999999999999') }, 'fix: by hand');
      },
      { sha: FIRST },
      0,
    ],
    [
      'when the newer commit was reverted',
      async (target) => {
        await run(target, { sha: FIRST });
        const before = current(target);
        await run(target, { sha: THIRD });
        target.push('main', { 'helm/shop/values.yaml': before }, 'revert: the third');
      },
      { sha: SECOND },
      1,
    ],
    [
      'when it is the same commit with another image',
      (target) => run(target, { sha: SECOND, tags: ['sha-2'] }),
      { sha: SECOND },
      0,
    ],
    ['when no commit of this action is there', () => undefined, { sha: FIRST }, 0],
  ])('%s', async (_, prepare, next, comparisons) => {
    const repository = createRepository();
    await prepare(repository);
    repository.compared.length = 0;
    const { commit } = await run(repository, next);
    expect(commit).toBeDefined();
    expect(current(repository)).toContain(`sha-${next.sha.slice(0, 12)}`);
    expect(repository.compared).toHaveLength(comparisons);
  });

  it('when both tags are versions, which are compared themselves', async () => {
    const repository = createRepository('1.0.0');
    await run(repository, { sha: SECOND, tags: ['1.4.2'] });
    await run(repository, { sha: FIRST, tags: ['1.4.3'] });
    expect(current(repository)).toContain('1.4.3');
    expect(repository.compared).toEqual([]);
  });
});

describe('the source of an image', () => {
  const source = `Source-Commit: octo/shop@${FIRST}`;
  const from = { tag: 'sha-1', digest: DIGEST };
  it.each<[string, { tag: string | undefined; digest: string | undefined }, string[], boolean]>([
    ['of the same tag and digest', from, [`Image: r.io/web:sha-1@${DIGEST} (was unset)`, source], true],
    [
      'of the tag in a mapping without a digest',
      { ...from, digest: undefined },
      [`Image: r.io/web:sha-1@${DIGEST} (was unset)`, source],
      true,
    ],
    ['of the digest without a tag', from, [`Image: r.io/web@${DIGEST} (was unset)`, source], true],
    ['of another digest', from, [`Image: r.io/web:sha-1@${OLD_DIGEST} (was unset)`, source], false],
    ['of another tag', from, [`Image: r.io/web:sha-2@${DIGEST} (was unset)`, source], false],
    [
      'of a commit with the changes of two runs',
      from,
      [
        'Image: r.io/api:sha-9 (was unset)',
        `Source-Commit: octo/api@${SECOND}`,
        `Image: r.io/web:sha-1@${DIGEST} (was unset)`,
        source,
      ],
      true,
    ],
    ['of another image', from, [`Image: r.io/web-api:sha-1@${DIGEST} (was unset)`, source], false],
    ['of the previous image', from, [`Image: r.io/web:sha-2@${OLD_DIGEST} (was :sha-1@${DIGEST})`, source], false],
    ['without a commit', from, [`Image: r.io/web:sha-1@${DIGEST} (was unset)`], false],
    [
      'with a broken commit',
      from,
      [`Image: r.io/web:sha-1@${DIGEST} (was unset)`, 'Source-Commit: octo/shop@main'],
      false,
    ],
    [
      'of a mapping without values',
      { tag: undefined, digest: undefined },
      [`Image: r.io/web:sha-1@${DIGEST} (was unset)`, source],
      false,
    ],
  ])('%s', (_, now, trailers, isFound) => {
    const found = imageSource([`docs: x`, `chore: x\r\n\r\n${trailers.join('\r\n')}`], {
      repository: 'r.io/web',
      from: now,
    });
    expect(found).toEqual(isFound ? { repository: 'octo/shop', commit: FIRST } : undefined);
  });
});
