import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImageName, ImageTag } from '../../../lib/identifiers.ts';
import { deliver } from '../../src/images/build-or-promote.ts';
import type { Order } from '../../src/images/image-job.ts';
import type { Manifest } from '../../src/registry/manifest.ts';
import { expectTags, freeTags } from '../../src/tags/floating-tags.ts';
import type { Release } from '../../src/tags/push-event.ts';
import { type Line, planTags } from '../../src/tags/tag-rules.ts';
import { FakeBuilder, FakeRegistry, index, order, plan } from '../fakes.ts';

const REPOSITORY = 'prod.example/web';
const ours = index('1', 'a');
const newer = index('2', 'b');
const newest = index('3', 'c');
const release = (text: string): Release => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return { text, major, minor, stable: true };
};
const ALL = ['semver', 'semver-minor', 'semver-major', 'latest'] as const;

/** The order of a release, with the tags that these rules give. */
function releasing(text: string, rules: readonly (typeof ALL)[number][] = ALL): Order {
  const own = release(text);
  const facts = { sha: 'a'.repeat(40) as never, branch: undefined, defaultBranch: 'main', release: own };
  const { tags } = planTags(
    rules.map((kind) => ({ kind })),
    facts,
  );
  return { ...order, tags, release: own };
}

/** Deliver a release whose build takes so long that `meanwhile` happens. */
async function run(
  what: Order,
  registry: FakeRegistry,
  { meanwhile = () => undefined, made = ours }: { meanwhile?: () => void; made?: Manifest } = {},
) {
  const builder = new FakeBuilder(registry, () => {
    meanwhile();
    return made;
  });
  const notices: string[] = [];
  const log = { line: () => undefined, progress: () => undefined, notice: (text: string) => notices.push(text) };
  const delivery = await deliver(what, { registry, builder }, log);
  return { tags: delivery.tags.map(String), notices };
}

const named = (registry: FakeRegistry, tag: string) => registry.images.get(`${REPOSITORY}:${tag}`);

/** Let something happen before each request. Several tags are not set in one moment. */
function interrupted(registry: FakeRegistry, before: () => Promise<void>): void {
  const [find, copy, tags] = [registry.find.bind(registry), registry.copy.bind(registry), registry.tags.bind(registry)];
  registry.find = async (reference) => {
    await before();
    return find(reference);
  };
  registry.tags = async (repository) => {
    await before();
    return tags(repository);
  };
  registry.copy = async (source, targets) => {
    for (const target of targets) {
      await before();
      await copy(source, [target]);
    }
  };
}

describe('tags that follow the highest version', () => {
  it('are set after those of the version itself, by which other runs see this one', async () => {
    const registry = new FakeRegistry();
    expect(await run(releasing('1.4.2'), registry)).toEqual({ tags: ['1.4.2', '1.4', '1', 'latest'], notices: [] });
    expect(registry.copies.map(({ targets }) => targets)).toEqual([
      [`${REPOSITORY}:1.4.2`],
      [`${REPOSITORY}:1.4`, `${REPOSITORY}:1`, `${REPOSITORY}:latest`],
    ]);
  });

  it('stay with a newer release that came while this one was built', async () => {
    const registry = new FakeRegistry();
    const result = await run(releasing('1.4.2'), registry, {
      meanwhile: () => registry.release(REPOSITORY, newer, '1.4.3', '1.4', '1', 'latest'),
    });
    expect(result).toEqual({
      tags: ['1.4.2'],
      notices: [
        '1.4 stays: the repository holds the newer 1.4.3. 1 stays: the repository holds the newer 1.4.3. latest stays: the repository holds the newer 1.4.3.',
      ],
    });
    for (const tag of ['1.4', '1', 'latest']) expect(named(registry, tag)).toBe(newer);
    expect(named(registry, '1.4.2')).toBe(ours);
  });

  it('stay also when an image is copied', async () => {
    const registry = new FakeRegistry();
    registry.release('staging.example/web', ours, order.shaTag);
    registry.release(REPOSITORY, newer, '1.4.3', 'latest');
    const promotion = { from: 'staging.example' as never, mode: 'require' as const };
    expect((await run({ ...releasing('1.4.2'), promotion }, registry)).tags).toEqual(['1.4.2']);
    expect(named(registry, 'latest')).toBe(newer);
  });

  it('go to a newer release that came between the list and the move', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (targets.includes(`${REPOSITORY}:latest`) && registry.copies.length === 1)
        registry.release(REPOSITORY, newer, 'v1.4.3', '1.4', '1', 'latest');
      await copy(source, targets);
    };
    const { tags, notices } = await run(releasing('1.4.2'), registry);
    expect(tags).toEqual(['1.4.2']);
    expect(notices.join()).toContain('latest stays: the repository holds the newer 1.4.3');
    for (const tag of ['1.4', '1', 'latest']) expect(named(registry, tag)).toBe(newer);
  });

  it('go each to the newest of its line, however many come', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (registry.copies.length === 1) registry.release(REPOSITORY, newer, '1.4.3', '1.4', '1', 'latest');
      if (registry.copies.length === 2) registry.release(REPOSITORY, newest, '2.0.0', '2', 'latest');
      await copy(source, targets);
    };
    expect((await run(releasing('1.4.2'), registry)).tags).toEqual(['1.4.2']);
    expect(['1.4', '1', 'latest'].map((tag) => named(registry, tag))).toEqual([newer, newer, newest]);
  });

  it('are put back when an older release has taken them meanwhile', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      if (registry.copies.length === 2) registry.release(REPOSITORY, newer, '1.4.1', 'latest');
    };
    expect((await run(releasing('1.4.2'), registry)).tags).toEqual(['1.4.2', '1.4', '1', 'latest']);
    expect(named(registry, 'latest')).toBe(ours);
  });

  it('that a person put back to this release are not moved on by it', async () => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, '1.4.3', '1.4', '1');
    registry.release(REPOSITORY, ours, '1.4.2', 'latest');
    expect((await run(releasing('1.4.2'), registry)).tags).toEqual(['1.4.2', 'latest']);
    expect(registry.copies).toEqual([]);
  });

  it('are an error when they never stay', async () => {
    const registry = new FakeRegistry();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      registry.release(REPOSITORY, newer, 'latest');
    };
    await expect(run(releasing('1.4.2'), registry)).rejects.toMatchObject({
      what: 'latest of prod.example/web does not stay where it is put',
    });
  });

  it('stay where they are when the registry does not list its tags', async () => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, 'latest');
    registry.tags = () => Promise.reject(new Error('405'));
    const { tags, notices } = await run(releasing('1.4.2', ['semver', 'semver-major', 'latest']), registry);
    expect(tags).toEqual(['1.4.2']);
    expect(notices).toEqual([expect.stringMatching(/^1, latest stay where they are: .*405/)]);
    expect(named(registry, 'latest')).toBe(newer);
  });

  it.each<[string, Order]>([
    ['no tag follows', releasing('1.4.2', ['semver'])],
    ['no version was pushed', order],
    ['nothing is pushed', { ...releasing('1.4.2'), plan: { ...plan, output: 'check' } }],
  ])('are no reason to ask the registry when %s', async (_title, what) => {
    const registry = new FakeRegistry();
    await run(what, registry);
    expect(registry.lists).toBe(0);
  });

  it.each(['1.4.2', '1.4.3'])('name the highest version, at whatever moment of %s the other comes', async (version) => {
    const versions = { '1.4.2': ours, '1.4.3': newer };
    const other = version === '1.4.2' ? '1.4.3' : '1.4.2';
    for (let at = 1; ; at++) {
      const registry = new FakeRegistry();
      let calls = 0;
      const moment = async () => {
        if (++calls === at) await run(releasing(other), registry, { made: versions[other] });
      };
      interrupted(registry, moment);
      await run(releasing(version), registry, { made: versions[version as keyof typeof versions] });
      if (calls < at) return expect(at).toBeGreaterThan(10);
      expect(['1.4.2', '1.4.3', '1.4', '1', 'latest'].map((tag) => named(registry, tag)?.digest)).toEqual(
        [ours, newer, newer, newer, newer].map(({ digest }) => digest),
      );
    }
  });

  it('name the highest versions in the end, whatever the order of the requests of several runs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const registry = new FakeRegistry();
        const turn = () => scheduler.schedule(Promise.resolve());
        interrupted(registry, turn);
        const versions = { '1.4.2': ours, '1.4.3': newer, '2.0.0': newest };
        const runs = Object.entries(versions).map(([version, made]) => run(releasing(version), registry, { made }));
        await scheduler.waitFor(Promise.all(runs));
        const end = ['1.4.2', '1.4.3', '2.0.0', '1.4', '1', '2.0', '2', 'latest'].map((tag) => named(registry, tag));
        expect(end).toEqual([ours, newer, newest, newer, newer, newest, newest, newest]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an image all of whose tags follow', () => {
  const latestOnly = releasing('1.4.2', ['latest']);
  const refused = {
    what: 'prod.example/web would get no tag',
    why: 'latest stays: the repository holds the newer 2.0.0.',
  };

  it('is refused before it is built when none of them may move', async () => {
    const registry = new FakeRegistry();
    registry.release(REPOSITORY, newer, '2.0.0');
    await expect(expectTags([order, latestOnly], registry)).rejects.toMatchObject(refused);
    await expectTags([{ ...latestOnly, plan: { ...plan, output: 'check' } }], registry);
    expect(registry.lists).toBe(1);
  });

  it('fails when a newer release comes while it is built', async () => {
    const registry = new FakeRegistry();
    const meanwhile = () => registry.release(REPOSITORY, newer, '2.0.0');
    await expect(run(latestOnly, registry, { meanwhile })).rejects.toMatchObject(refused);
    expect(named(registry, 'latest')).toBeUndefined();
  });
});

it('tags that may move are told apart from those that may not', async () => {
  const tags = [{ name: 'x' as ImageTag, moving: true, line: 'all' as Line }];
  const what = { ...order, name: 'web' as ImageName, tags, release: release('1.4.2') };
  expect(await freeTags(what, { tags: async () => ['1.5.0'] })).toMatchObject({
    free: [],
    reason: 'x stays: the repository holds the newer 1.5.0.',
  });
  expect(await freeTags(what, { tags: async () => ['1.4.1'] })).toMatchObject({ free: tags, reason: undefined });
});
