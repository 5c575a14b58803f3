import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImageTag } from '../../../lib/identifiers.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Promotion } from '../../src/inputs/promotion-input.ts';
import { assertTagsMovable, selectMovable } from '../../src/tags/floating-tags.ts';
import type { VersionRange } from '../../src/tags/tag-rules.ts';
import { COPIED, FakeRegistry, index, job, plan } from '../fakes.ts';
import { find, interrupted, newer, ours, REPOSITORY, release, releasing, run } from './releases.ts';

const newest = index('3', 'c');

describe('floating tags', () => {
  it('are set after the tag of the version, by which concurrent runs see this one', async () => {
    const registry = new FakeRegistry();
    expect(await run(releasing('1.4.2'), registry)).toEqual({ tags: ['1.4.2', '1.4', '1', 'latest'], notices: [] });
    expect(registry.copies.map(({ targets }) => targets)).toEqual([
      [`${REPOSITORY}:1.4.2`],
      [`${REPOSITORY}:1.4`, `${REPOSITORY}:1`, `${REPOSITORY}:latest`],
    ]);
  });

  it('are each looked up once before they are set, and once after', async () => {
    const registry = new FakeRegistry();
    const lookups: string[] = [];
    const find = registry.find.bind(registry);
    registry.find = (reference) => {
      lookups.push(reference);
      return find(reference);
    };
    await run(releasing('1.4.2'), registry);
    expect(lookups.filter((reference) => reference === `${REPOSITORY}:latest`)).toHaveLength(2);
  });

  it('stay with a newer release that is published while this one is built', async () => {
    const registry = new FakeRegistry();
    const result = await run(releasing('1.4.2'), registry, {
      duringBuild: () => registry.release(REPOSITORY, newer, '1.4.3', '1.4', '1', 'latest'),
    });
    expect(result).toEqual({
      tags: ['1.4.2'],
      notices: [
        '1.4 stays: the repository has the newer 1.4.3. 1 stays: the repository has the newer 1.4.3. latest stays: the repository has the newer 1.4.3.',
      ],
    });
    for (const tag of ['1.4', '1', 'latest']) expect(find(registry, tag)).toBe(newer);
    expect(find(registry, '1.4.2')).toBe(ours);
  });

  it('also stay when an image is promoted', async () => {
    const registry = new FakeRegistry();
    registry.release('staging.example/web', ours, job.shaTag);
    registry.release(REPOSITORY, newer, '1.4.3', 'latest');
    const promotion: Promotion = {
      from: 'staging.example' as never,
      mode: 'require',
      commit: undefined,
      digests: new Map(),
    };
    expect((await run({ ...releasing('1.4.2'), promotion }, registry)).tags).toEqual(['1.4.2']);
    expect(find(registry, 'latest')).toBe(newer);
  });

  it('move to a newer release that is published between the list and the move', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (targets.includes(`${REPOSITORY}:latest`) && registry.copies.length === 1)
        registry.release(REPOSITORY, newer, 'v1.4.3', '1.4', '1', 'latest');
      await copy(source, targets);
      return COPIED;
    };
    const { tags, notices } = await run(releasing('1.4.2'), registry);
    expect(tags).toEqual(['1.4.2']);
    expect(notices.join()).toContain('latest stays: the repository has the newer 1.4.3');
    for (const tag of ['1.4', '1', 'latest']) expect(find(registry, tag)).toBe(newer);
  });

  it('each move to the newest release of their range, however many are published', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (registry.copies.length === 1) registry.release(REPOSITORY, newer, '1.4.3', '1.4', '1', 'latest');
      if (registry.copies.length === 2) registry.release(REPOSITORY, newest, '2.0.0', '2', 'latest');
      await copy(source, targets);
      return COPIED;
    };
    expect((await run(releasing('1.4.2'), registry)).tags).toEqual(['1.4.2']);
    expect(['1.4', '1', 'latest'].map((tag) => find(registry, tag))).toEqual([newer, newer, newest]);
  });

  it('are moved back when an older release has taken them in the meantime', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      if (registry.copies.length === 2) registry.release(REPOSITORY, newer, '1.4.1', 'latest');
      return COPIED;
    };
    expect((await run(releasing('1.4.2'), registry)).tags).toEqual(['1.4.2', '1.4', '1', 'latest']);
    expect(find(registry, 'latest')).toBe(ours);
  });

  it('that a person moved back to this release are not moved on by it', async () => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, '1.4.3', '1.4', '1');
    registry.release(REPOSITORY, ours, '1.4.2', 'latest');
    expect((await run(releasing('1.4.2'), registry)).tags).toEqual(['1.4.2', 'latest']);
    expect(registry.copies).toEqual([]);
  });

  it('are an error when they keep being moved', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      registry.release(REPOSITORY, newer, 'latest');
      return COPIED;
    };
    await expect(run(releasing('1.4.2'), registry)).rejects.toMatchObject({
      what: 'another process keeps moving the tag latest of prod.example/web',
    });
  });

  it('stay where they are when the registry does not list its tags', async () => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, 'latest');
    registry.tags = () => Promise.reject(new Error('405'));
    const { tags, notices } = await run(releasing('1.4.2', ['semver', 'semver-major', 'latest']), registry);
    expect(tags).toEqual(['1.4.2']);
    expect(notices).toEqual([expect.stringMatching(/^1, latest stay where they are: .*405/)]);
    expect(find(registry, 'latest')).toBe(newer);
  });

  it.each([
    ['is empty', (): string[] => []],
    ['lacks the new tag', () => ['0.9.0', 'latest']],
    ['lacks a tag that is there', () => ['1.4.2']],
  ])('stay where they are when the list of tags %s', async (_title, list) => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, 'latest');
    registry.tags = async () => list();
    const { tags, notices } = await run(releasing('1.4.2', ['semver', 'latest']), registry);
    expect(tags).toEqual(['1.4.2']);
    expect(notices).toEqual([expect.stringMatching(/^latest stays where it is: .* does not list all its tags/)]);
    expect(find(registry, 'latest')).toBe(newer);
  });

  it('are set by the first release, before which the repository does not exist', async () => {
    const registry = new FakeRegistry();
    const first = releasing('1.4.2', ['latest']);
    await assertTagsMovable([first], registry);
    expect((await run(first, registry)).tags).toEqual(['latest']);
  });

  it.each<[string, ImageJob]>([
    ['no tag is floating', releasing('1.4.2', ['semver'])],
    ['no version was pushed', job],
    ['nothing is pushed', { ...releasing('1.4.2'), plan: { ...plan, output: 'check' } }],
  ])('do not list the tags of the registry when %s', async (_title, release) => {
    const registry = new FakeRegistry();
    await run(release, registry);
    expect(registry.lists).toBe(0);
  });

  it.each(['1.4.2', '1.4.3'])(
    'point to the highest version, whenever the other version is published during %s',
    async (version) => {
      const versions = { '1.4.2': ours, '1.4.3': newer };
      const otherVersion = version === '1.4.2' ? '1.4.3' : '1.4.2';
      for (let interruptedRequest = 1; ; interruptedRequest++) {
        const registry = new FakeRegistry();
        let calls = 0;
        const releaseOther = async () => {
          if (++calls === interruptedRequest)
            await run(releasing(otherVersion), registry, { built: versions[otherVersion] });
        };
        interrupted(registry, releaseOther);
        await run(releasing(version), registry, { built: versions[version as keyof typeof versions] });
        if (calls < interruptedRequest) return expect(interruptedRequest).toBeGreaterThan(10);
        expect(['1.4.2', '1.4.3', '1.4', '1', 'latest'].map((tag) => find(registry, tag)?.digest)).toEqual(
          [ours, newer, newer, newer, newer].map(({ digest }) => digest),
        );
      }
    },
  );

  it('point to the highest versions in the end, in any order of the requests of several runs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const registry = new FakeRegistry();
        const turn = () => scheduler.schedule(Promise.resolve());
        interrupted(registry, turn);
        const versions = { '1.4.2': ours, '1.4.3': newer, '2.0.0': newest };
        const runs = Object.entries(versions).map(([version, built]) => run(releasing(version), registry, { built }));
        await scheduler.waitFor(Promise.all(runs));
        const end = ['1.4.2', '1.4.3', '2.0.0', '1.4', '1', '2.0', '2', 'latest'].map((tag) => find(registry, tag));
        expect(end).toEqual([ours, newer, newest, newer, newer, newest, newest, newest]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a version whose image an earlier version has, too', () => {
  const rules = ['semver', 'latest'] as const;

  it('takes the tag that another version gets from the earlier one at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const registry = new FakeRegistry();
        registry.release(REPOSITORY, ours, '1.4.0', 'latest');
        interrupted(registry, () => scheduler.schedule(Promise.resolve()));
        const versions = { '1.4.5': newer, '1.5.0': ours };
        const runs = Object.entries(versions).map(([text, built]) => run(releasing(text, rules), registry, { built }));
        await scheduler.waitFor(Promise.all(runs));
        expect(['1.4.5', '1.5.0', 'latest'].map((tag) => find(registry, tag))).toEqual([newer, ours, ours]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an image with floating tags only', () => {
  const latestOnly = releasing('1.4.2', ['latest']);
  const noTags = {
    what: 'prod.example/web would get no tag',
    why: 'latest stays: the repository has the newer 2.0.0.',
  };

  it('fails before the build when none of them may move', async () => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, '2.0.0');
    await expect(assertTagsMovable([job, latestOnly], registry)).rejects.toMatchObject(noTags);
    await assertTagsMovable([{ ...latestOnly, plan: { ...plan, output: 'check' } }], registry);
    expect(registry.lists).toBe(1);
  });

  it('fails when a newer release is published while it is built', async () => {
    const registry = new FakeRegistry();
    const duringBuild = () => registry.release(REPOSITORY, newer, '2.0.0');
    await expect(run(latestOnly, registry, { duringBuild })).rejects.toMatchObject(noTags);
    expect(find(registry, 'latest')).toBeUndefined();
  });
});

it('tags that may move are separated from those that must not', async () => {
  const tags = [{ name: 'x' as ImageTag, moving: true, range: 'all' as VersionRange }];
  const minor = { ...job, tags, release: release('1.4.2') };
  expect(await selectMovable(minor, { tags: async () => ['1.5.0'] })).toMatchObject({
    movable: [],
    reason: 'x stays: the repository has the newer 1.5.0.',
  });
  expect(await selectMovable(minor, { tags: async () => ['1.4.1'] })).toMatchObject({
    movable: tags,
    reason: undefined,
  });
});
