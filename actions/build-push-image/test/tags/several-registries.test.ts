import { describe, expect, it } from '@jest/globals';
import type { CommitSha, ImageTag } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { shaTag } from '../../src/tags/tag-rules.ts';
import { digest, FakeBuilder, FakeRegistry, index, job, silent } from '../fakes.ts';
import { promoting, SOURCE } from '../images/scene.ts';
import { release } from './releases.ts';

const FIRST = 'prod.example/web';
const SECOND = 'hub.example/acme/web';
const THIRD = 'acr.example/web';
const SHA = job.shaTag;
const ofCommit = { name: SHA, moving: false, ofCommit: true };
const version = { name: '1.0.0' as ImageTag, moving: false };
const latest = { name: 'latest' as ImageTag, moving: true };
const ours = index('1', 'a');
const theirs = index('2', 'b');
const arm = index('3', 'c', 'linux/arm64');

const shared: ImageJob = { ...job, tags: [ofCommit, version, latest], otherRepositories: [SECOND, THIRD] };

/** Tags that are set without a content tag, so that a copy is one of the image's own tags. */
const once: ImageJob = { ...shared, reproducible: false };

function createScene() {
  const registry = new FakeRegistry();
  const notices: string[] = [];
  const log = { ...silent, notice: (text: string) => notices.push(text) };
  const run = (imageJob: ImageJob, built: Manifest = ours) =>
    buildOrPromote(imageJob, { registry, builder: new FakeBuilder(registry, () => built) }, log);
  /** The digests that a tag names in the three registries. */
  const named = (tag: string) => [FIRST, SECOND, THIRD].map((name) => registry.images.get(`${name}:${tag}`)?.digest);
  /** Something happens once, before a tag is set in a registry. */
  const beforeCopyTo = (repository: string, action: () => void) => {
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (targets.some((target) => new RegExp(`^${repository}[:@]`).test(target))) {
        registry.copy = copy;
        action();
      }
      return copy(source, targets);
    };
  };
  return { registry, notices, run, named, beforeCopyTo };
}

const everywhere = (digit: string) => [digest(digit), digest(digit), digest(digit)];

describe('an image for several registries', () => {
  it('has the same digest and the same tags in all of them', async () => {
    const { registry, run, named } = createScene();
    const result = await run(shared);
    for (const { name } of shared.tags) expect(named(name)).toEqual(everywhere('1'));
    expect(result).toMatchObject({
      ref: `${FIRST}@${digest('1')}`,
      refs: [FIRST, SECOND, THIRD].map((name) => `${name}@${digest('1')}`),
      tags: [SHA, '1.0.0', 'latest'],
    });
    for (const ref of result.refs) expect(registry.images.get(ref)).toBe(ours);
  });

  it('is tagged in the first one before it is copied to the others, which are tagged when they have it', async () => {
    const { registry, run } = createScene();
    await run(once);
    const targets = [SECOND, THIRD].map((name) => `${name}@${digest('1')}`);
    const tagged = [FIRST, SECOND, THIRD].map((name) => `${name}:${SHA}`);
    expect(registry.copies.map((copy) => copy.targets[0])).toEqual([tagged[0], ...targets, tagged[1], tagged[2]]);
    expect(new Set(registry.copies.map(({ source }) => source))).toEqual(new Set([`${FIRST}@${digest('1')}`]));
  });

  it('is promoted to each from the source', async () => {
    const { registry, run, named } = createScene();
    registry.release('staging.example/web', ours, SHA);
    expect(SOURCE).toBe(`staging.example/web:${SHA}`);
    const result = await run({ ...shared, promotion: promoting('require').promotion });
    expect(result).toMatchObject({
      promoted: true,
      refs: [FIRST, SECOND, THIRD].map((name) => `${name}@${digest('1')}`),
    });
    expect(named('1.0.0')).toEqual(everywhere('1'));
    const source = `staging.example/web@${digest('1')}`;
    expect(new Set(registry.copies.map((copy) => copy.source))).toEqual(new Set([source]));
  });

  it('is not changed by a second run', async () => {
    const { registry, run } = createScene();
    await run(shared);
    const { length } = registry.copies;
    await run(shared, index('9', 'a'));
    expect(registry.copies).toHaveLength(length);
  });

  const later = '1'.repeat(40) as CommitSha;
  const main = { name: 'main' as ImageTag, moving: true, branch: 'main' };
  const olderCommit: ImageJob = { ...once, tags: [main], laterCommits: async () => [later] };

  it.each<[string, string, Partial<ImageJob>]>([
    ['another registry', SECOND, {}],
    ['the only registry, by a promotion', FIRST, { promotion: promoting('require').promotion, otherRepositories: [] }],
  ])('is there by its digest even where all its tags stay: %s', async (_title, repository, change) => {
    const { registry, run } = createScene();
    registry.release('staging.example/web', ours, SHA);
    registry.release(repository, theirs, shaTag(later), 'main');
    await run({ ...olderCommit, ...change });
    expect(registry.images.get(`${repository}:main`)).toBe(theirs);
    expect(registry.images.get(`${repository}@${digest('1')}`)).toBe(ours);
  });
});

describe('a fixed tag of another registry', () => {
  it.each<[string, Partial<ImageJob>]>([
    ['by a build', {}],
    ['by a promotion', { promotion: promoting('require').promotion }],
  ])('is not taken from another image %s, and no tag is set anywhere', async (_title, change) => {
    const { registry, run, named } = createScene();
    registry.release('staging.example/web', ours, SHA);
    registry.release(THIRD, theirs, '1.0.0');
    await expect(run({ ...once, ...change })).rejects.toMatchObject({
      what: `${THIRD}:1.0.0 already names another image`,
      next: expect.stringContaining('overwrite-tags: true'),
    });
    expect(registry.copies).toEqual([]);
    expect(named(SHA)).toEqual([undefined, undefined, undefined]);
  });

  it('keeps a job from merging platforms into the tag of the first one', async () => {
    const { registry, run, named } = createScene();
    registry.release(FIRST, arm, SHA);
    registry.release(SECOND, theirs, '1.0.0');
    await expect(run(shared)).rejects.toMatchObject({ what: `${SECOND}:1.0.0 already names another image` });
    expect(registry.merges).toEqual([]);
    expect(named(SHA)).toEqual([arm.digest, undefined, undefined]);
  });

  it('is replaced with `overwrite-tags: true`', async () => {
    const { registry, run, named } = createScene();
    registry.release(SECOND, theirs, '1.0.0', SHA);
    await run({ ...shared, overwriteTags: true });
    expect([named('1.0.0'), named(SHA)]).toEqual([everywhere('1'), everywhere('1')]);
  });

  it('of the commit gets the platforms of all jobs', async () => {
    const { run, named } = createScene();
    await run(shared);
    const { digest: merged } = await run(shared, arm);
    expect([named(SHA), named('1.0.0')]).toEqual([Array(3).fill(merged), Array(3).fill(merged)]);
  });

  it('of the commit moves to another result of the same build, also where an earlier run failed', async () => {
    const { registry, run, named } = createScene();
    for (const digit of ['1', '2', '3']) registry.requests.set(digest(digit), 'the same');
    await run({ ...shared, tags: [ofCommit] });
    registry.release(FIRST, index('2', 'b'), SHA);
    await run({ ...shared, tags: [ofCommit] }, index('3', 'd'));
    expect(named(SHA)).toEqual(everywhere('3'));
  });

  it('of the commit is not taken from a build with other arguments', async () => {
    const { registry, run } = createScene();
    for (const digit of ['1', '2']) registry.requests.set(digest(digit), digit);
    registry.release(SECOND, theirs, SHA);
    await expect(run(shared)).rejects.toMatchObject({ what: `${SECOND}:${SHA} already names another image` });
  });

  it('that a job of the commit set at the same moment names the images of both', async () => {
    const { registry, run, named, beforeCopyTo } = createScene();
    beforeCopyTo(FIRST, () => {
      const find = registry.find.bind(registry);
      registry.find = async (reference) => {
        if (reference !== `${SECOND}:${SHA}`) return find(reference);
        registry.find = find;
        const digest = await registry.merge(
          FIRST,
          [`${FIRST}@${ours.digest}`, `${FIRST}@${arm.digest}`],
          [`${FIRST}:${SHA}`],
        );
        await registry.copy(`${FIRST}@${digest}`, [`${SECOND}:${SHA}`]);
        return find(reference);
      };
      registry.release(FIRST, arm);
    });
    const result = await run({ ...once, tags: [ofCommit] });
    expect(result.platforms).toEqual(['linux/amd64', 'linux/arm64']);
    expect(named(SHA)).toEqual(Array(3).fill(result.digest));
  });

  it('that a job of the commit set while this one copied its image names the images of both', async () => {
    const { registry, run, named, beforeCopyTo } = createScene();
    registry.release(FIRST, arm);
    registry.release(FIRST, ours);
    const sources = [ours, arm].map(({ digest }) => `${FIRST}@${digest}`);
    const merged = await registry.merge(FIRST, sources, []);
    beforeCopyTo(SECOND, () => {
      for (const repository of [FIRST, SECOND]) {
        const manifest = registry.images.get(`${FIRST}@${merged}`);
        if (manifest !== undefined) registry.release(repository, manifest, SHA);
      }
    });
    expect((await run({ ...once, tags: [ofCommit] })).digest).toBe(merged);
    expect(named(SHA)).toEqual(Array(3).fill(merged));
  });
});

describe('a floating tag', () => {
  it('stays in the registry that has a newer release, and the notice names it', async () => {
    const { registry, notices, run, named } = createScene();
    const floating = { ...latest, range: 'all' as const };
    registry.release(SECOND, theirs, '2.0.0', 'latest');
    const result = await run({ ...once, tags: [version, floating], release: release('1.0.0') });
    expect(named('latest')).toEqual([digest('1'), theirs.digest, digest('1')]);
    expect(result.repositories.map(({ tags }) => tags.map(String))).toEqual([
      ['1.0.0', 'latest'],
      ['1.0.0'],
      ['1.0.0', 'latest'],
    ]);
    expect(notices).toEqual([`${SECOND}: latest stays: the repository has the newer 2.0.0.`]);
  });
});

describe('a registry that fails', () => {
  const failing = (registry: FakeRegistry, ...repositories: string[]) => {
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      const failed = repositories.find((name) => targets[0]?.startsWith(name));
      if (failed !== undefined) throw new Error(`${failed} is full`);
      return copy(source, targets);
    };
    return () => {
      registry.copy = copy;
    };
  };

  it('is named, keeps nothing from the others, and gets what it lacks in the next run', async () => {
    const { registry, run, named } = createScene();
    const repair = failing(registry, SECOND);
    await expect(run(shared)).rejects.toMatchObject({
      what: `${SECOND} did not get the image of ${FIRST}`,
      why: `${SECOND} is full`,
      next: expect.stringContaining('a job that runs again'),
    });
    expect(named('1.0.0')).toEqual([digest('1'), undefined, digest('1')]);
    repair();
    const { length } = registry.copies;
    expect((await run(shared, index('9', 'a'))).digest).toBe(digest('1'));
    for (const { name } of shared.tags) expect(named(name)).toEqual(everywhere('1'));
    expect(
      registry.copies.slice(length).every(({ targets }) => targets.every((target) => target.startsWith(SECOND))),
    ).toBe(true);
  });

  it('is reported with the others that fail', async () => {
    const { registry, run } = createScene();
    failing(registry, SECOND, THIRD);
    await expect(run(shared)).rejects.toMatchObject({
      what: `${SECOND} and ${THIRD} did not get the image of ${FIRST}`,
      why: `${SECOND} is full\n${THIRD} is full`,
    });
  });

  it('is found before the build when it cannot be read', async () => {
    const { registry } = createScene();
    const find = registry.find.bind(registry);
    registry.find = async (reference) => {
      if (reference.startsWith(THIRD)) throw new Error(`${THIRD} refuses the login`);
      return find(reference);
    };
    const builder = new FakeBuilder(registry, () => ours);
    await expect(buildOrPromote(shared, { registry, builder }, silent)).rejects.toThrow('refuses the login');
    expect(builder.plans).toEqual([]);
  });

  it('keeps the others from being changed when it is the first', async () => {
    const { registry, run, named } = createScene();
    failing(registry, FIRST);
    await expect(run(once)).rejects.toThrow(`${FIRST} is full`);
    expect(named('1.0.0')).toEqual([undefined, undefined, undefined]);
  });
});
