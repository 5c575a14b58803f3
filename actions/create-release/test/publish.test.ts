import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ActionError } from '../../lib/errors.ts';
import { bringAbout, type RunOptions } from '../src/publish.ts';
import { isMarked, markBody } from '../src/rules/canonical.ts';
import type { Wanted } from '../src/wanted.ts';
import { content, FakeReleases, reset, serverError } from './fake-releases.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const wanted = (change: Partial<Wanted> = {}): Wanted => ({
  tag: 'v1.0.0',
  target: undefined,
  name: 'v1.0.0',
  body: 'the notes',
  draft: false,
  prerelease: false,
  makeLatest: undefined,
  update: false,
  latest: async () => true,
  assets: [],
  ...change,
});

let runs = 0;
const bring = (
  releases: FakeReleases,
  change: Partial<Wanted> = {},
  uploaded: RunOptions['uploaded'] = async () => undefined,
) =>
  bringAbout(wanted(change), releases, {
    run: `00000000-0000-4000-8000-${String(runs++).padStart(12, '0')}`,
    waiting: { retries: 3, wait: async () => undefined },
    opened: async () => undefined,
    uploaded,
  });

const failure = (work: Promise<unknown>): Promise<ActionError> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

const files = [content('a.txt', 'alpha'), content('b.txt', 'beta')];
const only = (releases: FakeReleases) => {
  expect([...releases.all.values()]).toHaveLength(1);
  const [release] = [...releases.all.values()];
  if (release === undefined) throw new Error('there is no release');
  return { release, names: [...(releases.files.get(release.id)?.values() ?? [])].map(({ name }) => name).sort() };
};

describe('a release that is not there', () => {
  it('is drafted, filled and published, in this order and each once', async () => {
    const releases = new FakeReleases();
    const outcome = await bring(releases, { assets: files });
    const { release, names } = only(releases);
    expect(release).toMatchObject({ draft: false, body: 'the notes', name: 'v1.0.0' });
    expect(names).toEqual(['a.txt', 'b.txt']);
    expect(outcome).toMatchObject({ created: true, changed: true, latest: true });
    expect(releases.latest).toBe(release.id);
    expect(releases.calls.filter((call) => /create|upload$|update/.test(call))).toEqual([
      'create',
      'upload',
      'upload',
      'update',
    ]);
    expect(releases.calls.at(-2)).toBe('update');
  });

  it('takes four requests when there are no files', async () => {
    const releases = new FakeReleases();
    await bring(releases);
    expect(releases.calls).toEqual(['ofTag', 'create', 'ofTag', 'update']);
  });

  it('stays a complete draft without a mark when a draft is asked for, and a second run changes nothing', async () => {
    const releases = new FakeReleases();
    await bring(releases, { assets: files, draft: true });
    expect(only(releases).release).toMatchObject({ draft: true, body: 'the notes' });
    const before = releases.calls.length;
    expect(await bring(releases, { assets: files, draft: true })).toMatchObject({ created: false, changed: false });
    expect(releases.calls.slice(before)).not.toContain('update');
  });

  it('is not the latest when a newer version was tagged while it was filled', async () => {
    const releases = new FakeReleases();
    expect(await bring(releases, { latest: async () => false })).toMatchObject({ latest: false });
    expect(releases.latest).toBeUndefined();
  });

  it('works when releases are immutable', async () => {
    const releases = new FakeReleases();
    releases.immutable = true;
    await bring(releases, { assets: files });
    expect(only(releases).release).toMatchObject({ draft: false, immutable: true });
    expect(await bring(releases, { assets: files })).toMatchObject({ changed: false });
  });
});

describe('trouble on the way', () => {
  it.each([
    ['create', 'lost'],
    ['create', 'refused'],
    ['upload', 'lost'],
    ['upload', 'refused'],
    ['update', 'lost'],
    ['update', 'refused'],
  ] as const)('survives a %s whose answer is %s', async (method, kind) => {
    for (const error of [reset(), serverError(502)]) {
      const releases = new FakeReleases();
      releases.trouble = (at, count, when) =>
        at === method && count === 1 && when === (kind === 'lost' ? 'after' : 'before') ? error : undefined;
      await bring(releases, { assets: files });
      const { release, names } = only(releases);
      expect(release).toMatchObject({ draft: false, body: 'the notes' });
      expect(names).toEqual(['a.txt', 'b.txt']);
    }
  });

  it('does not publish a second time when the answer was lost', async () => {
    const releases = new FakeReleases();
    releases.trouble = (at, count, when) => (at === 'update' && count === 1 && when === 'after' ? reset() : undefined);
    await bring(releases);
    expect(releases.count('update')).toBe(1);
  });

  it('a crash anywhere leaves what the next run finishes', async () => {
    const crash = new Error('killed');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 14 }), fc.boolean(), async (at, after) => {
        const releases = new FakeReleases();
        releases.trouble = (_, __, when) =>
          releases.calls.length === at && (when === 'after') === after ? crash : undefined;
        await bring(releases, { assets: files }).catch((error) => expect(error).toBe(crash));
        releases.trouble = () => undefined;
        await bring(releases, { assets: files });
        const { release, names } = only(releases);
        expect(release).toMatchObject({ draft: false, body: 'the notes' });
        expect(names).toEqual(['a.txt', 'b.txt']);
      }),
    );
  });

  it('leaves the draft when a file arrives damaged again and again', async () => {
    const releases = new FakeReleases();
    const add = releases.addAsset.bind(releases);
    releases.addAsset = (id, from) => add(id, from, { size: from.size - 1 });
    const error = await failure(bring(releases, { assets: files }));
    expect(error.message).toContain('has 4 bytes instead of 5');
    expect(error.next).toContain('goes on from where it stopped');
    expect(only(releases).release.draft).toBe(true);
  });

  it('says so when the server renames a file', async () => {
    const releases = new FakeReleases();
    const add = releases.addAsset.bind(releases);
    releases.addAsset = (id, from) => add(id, from, { name: 'other' });
    expect((await failure(bring(releases, { assets: [files[0] ?? content('x', 'x')] }))).what).toBe(
      'the server renamed a.txt',
    );
  });

  it.each([
    [403, 'Resource not accessible by integration', 'permissions: { contents: write }'],
    [404, 'Not Found', 'permissions: { contents: write }'],
    [401, 'Bad credentials', 'github.token'],
    [422, 'Repository rule violations found', 'Bypass list'],
    [422, 'tag_name was used by an immutable release', 'Release a new version'],
    [422, 'target_commitish is invalid', '`target`'],
  ])('explains a refusal (%i %s)', async (status, message, next) => {
    const releases = new FakeReleases();
    releases.trouble = (method) => (method === 'create' ? serverError(status, message) : undefined);
    const error = await failure(bring(releases));
    expect(error).toBeInstanceOf(ActionError);
    expect(error.next).toContain(next);
    expect(releases.count('create')).toBe(1);
  });
});

describe('the files of a release', () => {
  /** The names of which the run told before it failed, at a change that the server refuses. */
  const told = async (releases: FakeReleases, change: Partial<Wanted>) => {
    releases.trouble = (at) => (at === 'update' ? serverError(422, 'Repository rule violations found') : undefined);
    const seen: string[][] = [];
    const run = bring(releases, change, async (assets) => {
      seen.push(assets.map(({ name }) => name).sort());
    });
    expect((await failure(run)).next).toContain('Bypass list');
    return seen;
  };

  it('are told as soon as they are uploaded and checked, also when publishing fails', async () => {
    const releases = new FakeReleases();
    expect(await told(releases, { assets: files })).toEqual([['a.txt', 'b.txt']]);
    expect(only(releases).release.draft).toBe(true);
    // And again when a second run has nothing to upload.
    expect(await told(releases, { assets: files })).toEqual([['a.txt', 'b.txt']]);
  });

  it('that are none are told too', async () => {
    expect(await told(new FakeReleases(), {})).toEqual([[]]);
  });

  it('of a published release are told before its text is changed', async () => {
    const releases = new FakeReleases();
    const release = releases.add({ draft: false, body: 'old' });
    releases.addAsset(release.id, content('a.txt', 'alpha'));
    expect(await told(releases, { update: true, assets: files })).toEqual([['a.txt', 'b.txt']]);
  });
});

describe('a draft that is there', () => {
  it("is adopted with this run's text and files; the same file is not uploaded again", async () => {
    const releases = new FakeReleases();
    const draft = releases.add({ body: markBody('old', 'another-run'), name: 'old' });
    const [a, b] = files;
    if (a === undefined || b === undefined) throw new Error('no files');
    const kept = releases.addAsset(draft.id, a);
    releases.addAsset(draft.id, content('b.txt', 'stale'));
    releases.addAsset(draft.id, content('c.txt', 'by hand'));
    const outcome = await bring(releases, { assets: files });
    expect(only(releases)).toMatchObject({
      release: { draft: false, body: 'the notes', name: 'v1.0.0' },
      names: ['a.txt', 'b.txt', 'c.txt'],
    });
    expect(outcome.created).toBe(false);
    expect(releases.count('upload')).toBe(1);
    expect(releases.files.get(draft.id)?.has(kept.id)).toBe(true);
  });

  it('keeps a text that a person wrote when this step has none', async () => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand' });
    await bring(releases, { body: '' });
    expect(only(releases).release.body).toBe('by hand');
  });

  it('never shows the mark, also when there is no text', async () => {
    const releases = new FakeReleases();
    releases.add({ body: markBody('', 'another-run') });
    await bring(releases, { body: '' });
    expect(only(releases).release.body).toBe('');
  });

  it('gets a half-uploaded file anew', async () => {
    const releases = new FakeReleases();
    const draft = releases.add({});
    const half = releases.addAsset(draft.id, content('a.txt', 'alp'), { complete: false });
    await bring(releases, { assets: files });
    expect(releases.files.get(draft.id)?.has(half.id)).toBe(false);
    expect(only(releases).names).toEqual(['a.txt', 'b.txt']);
  });

  it('waits for a file that another run is uploading', async () => {
    const releases = new FakeReleases();
    const draft = releases.add({});
    const [a] = files;
    if (a === undefined) throw new Error('no file');
    const half = releases.addAsset(draft.id, a, { complete: false });
    releases.meanwhile = (method, count) => {
      if (method === 'assets' && count === 3) releases.files.get(draft.id)?.set(half.id, { ...half, complete: true });
    };
    await bring(releases, { assets: [a] });
    expect(releases.count('upload')).toBe(0);
    expect(releases.count('removeAsset')).toBe(0);
  });

  it('uploads again what it cannot compare, when the server gives no digests', async () => {
    const releases = new FakeReleases();
    releases.digests = false;
    const draft = releases.add({});
    releases.addAsset(draft.id, content('a.txt', 'omega'));
    await bring(releases, { assets: files });
    expect(releases.count('upload')).toBe(2);
  });
});

describe('runs at the same time', () => {
  it('end with one release, whatever the order of their requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, withFiles) => {
        const releases = new FakeReleases();
        releases.meanwhile = (method) => scheduler.schedule(Promise.resolve(), method);
        const all = [1, 2, 3, 4].map(() => bring(releases, { assets: withFiles ? files : [] }));
        await scheduler.waitFor(Promise.all(all));
        const { release, names } = only(releases);
        expect(release).toMatchObject({ draft: false, body: 'the notes' });
        expect(names).toEqual(withFiles ? ['a.txt', 'b.txt'] : []);
        expect((await Promise.all(all)).filter(({ created }) => created)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  it('agree also when lists lag behind and two drafts are filled', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1, tag: 'hidden', body: markBody('the notes', 'another-run') });
    // The other run's draft, then its published release, shows only when this run publishes.
    releases.meanwhile = (method) => {
      const other = releases.all.get(1);
      if (method === 'update' && other?.draft)
        releases.all.set(1, { ...other, tag: 'v1.0.0', draft: false, body: 'the notes' });
    };
    const outcome = await bring(releases);
    expect(only(releases).release.id).toBe(1);
    expect(outcome).toMatchObject({ created: false, changed: false });
  });

  it('tidy unfinished drafts of this action away once the release is published, but nothing that a person made', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1, draft: false, body: 'the notes' });
    releases.add({ id: 2, body: markBody('x', 'crashed') });
    releases.add({ id: 3, body: 'by hand' });
    await bring(releases);
    expect([...releases.all.keys()]).toEqual([1, 3]);
    expect([...releases.all.values()].some(isMarked)).toBe(false);
  });
});

describe('another run that comes between', () => {
  /** Does something to the one release just before the given request. */
  const between = (at: string, count: number, change: (releases: FakeReleases, id: number) => void) => {
    const releases = new FakeReleases();
    releases.meanwhile = (method, seen) => {
      const id = [...releases.all.keys()][0];
      if (method === at && seen === count && id !== undefined) change(releases, id);
    };
    return releases;
  };
  const publish = (releases: FakeReleases, id: number) => {
    const release = releases.all.get(id);
    if (release !== undefined) releases.all.set(id, { ...release, draft: false, body: 'the notes' });
  };

  it('and publishes the filled draft leaves nothing to publish', async () => {
    const releases = between('ofTag', 3, publish);
    expect(await bring(releases, { assets: files })).toMatchObject({ created: true, changed: false });
    expect(releases.count('update')).toBe(0);
  });

  it('and publishes is never robbed of a file', async () => {
    const releases = between('upload', 1, (all, id) => {
      all.addAsset(id, content('a.txt', 'of the other'));
      publish(all, id);
    });
    const error = await failure(bring(releases, { assets: files }));
    expect(error.what).toBe('v1.0.0 is published with other files');
    expect(releases.count('removeAsset')).toBe(0);
  });

  it('and deletes the draft makes this run start anew', async () => {
    const releases = between('upload', 1, (all, id) => {
      all.all.delete(id);
      all.files.delete(id);
    });
    await bring(releases, { assets: files });
    expect(only(releases)).toMatchObject({ release: { draft: false }, names: ['a.txt', 'b.txt'] });
  });

  it('and deletes a file that has arrived keeps the release a draft', async () => {
    const releases = between('assets', 1, (all, id) => all.files.get(id)?.clear());
    expect((await failure(bring(releases, { assets: files }))).why).toBe('a.txt is missing\nb.txt is missing');
    expect(only(releases).release.draft).toBe(true);
  });

  it('and crashes leaves a duplicate that goes when the release is published', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1 });
    releases.addAsset(releases.add({ id: 2, body: markBody('x', 'crashed') }).id, content('a.txt', 'alpha'));
    await bring(releases, { assets: files });
    expect(only(releases).release).toMatchObject({ id: 1, draft: false });
  });
});

describe('a published release', () => {
  const published = (change: Partial<Parameters<FakeReleases['add']>[0]> = {}) => {
    const releases = new FakeReleases();
    const release = releases.add({ draft: false, body: 'the notes', ...change });
    for (const file of files) releases.addAsset(release.id, file);
    releases.latest = release.id;
    return { releases, release };
  };
  const changes = (releases: FakeReleases) =>
    releases.calls.filter((call) => /^(create|update|remove|removeAsset|upload)$/.test(call));

  it.each([
    ['as wanted', {}, {}],
    ['with another text', { body: 'edited by hand' }, {}],
    ['as wanted, with update', {}, { update: true }],
    ['with blank space and other line ends, with update', { body: 'the notes\r\n' }, { update: true }],
    ['when a draft is asked for', {}, { draft: true }],
  ])('stays as it is: %s', async (_, fields, change) => {
    const { releases } = published(fields);
    expect(await bring(releases, { assets: files, ...change })).toMatchObject({
      created: false,
      changed: false,
      latest: true,
    });
    expect(changes(releases)).toEqual([]);
  });

  it('with other files is a failure that names each difference, and nothing is changed', async () => {
    const { releases } = published();
    const error = await failure(bring(releases, { assets: [content('a.txt', 'other'), content('new.txt', 'new')] }));
    expect(error.what).toBe('v1.0.0 is published with other files');
    expect(error.why).toMatch(/new\.txt is missing\na\.txt has the digest sha256:/);
    expect(error.next).toContain('update: true');
    expect(changes(releases)).toEqual([]);
  });

  it('is changed with update: true, and then not again', async () => {
    const { releases } = published({ body: 'old' });
    const change = { update: true, assets: [content('a.txt', 'other')] };
    expect(await bring(releases, change)).toMatchObject({ changed: true });
    expect(only(releases)).toMatchObject({ release: { body: 'the notes', draft: false }, names: ['a.txt', 'b.txt'] });
    expect(changes(releases)).toEqual(['removeAsset', 'upload', 'update']);
    expect(await bring(releases, change)).toMatchObject({ changed: false });
  });

  it('keeps its text with update: true when this step has none', async () => {
    const { releases } = published({ body: 'by hand' });
    expect(await bring(releases, { update: true, body: '', assets: files })).toMatchObject({ changed: false });
  });

  it('takes the mark of the latest with update: true, and keeps a mark that nobody asked to remove', async () => {
    const { releases, release } = published();
    releases.latest = undefined;
    expect(await bring(releases, { update: true })).toMatchObject({ changed: true, latest: true });
    expect(releases.latest).toBe(release.id);
    expect(await bring(releases, { update: true, latest: async () => false })).toMatchObject({
      changed: false,
      latest: true,
    });
  });

  it.each(['before', 'after'] as const)('takes the mark of the latest although the answer fails (%s)', async (kind) => {
    const { releases, release } = published();
    releases.latest = undefined;
    releases.trouble = (at, count, when) =>
      at === 'update' && count === 1 && when === kind ? serverError(502) : undefined;
    expect(await bring(releases, { update: true })).toMatchObject({ changed: true, latest: true });
    expect(releases.latest).toBe(release.id);
    expect(releases.count('update')).toBe(kind === 'before' ? 2 : 1);
  });

  it('that is immutable keeps its files and says so, but its text can change', async () => {
    const { releases } = published({ immutable: true, body: 'old' });
    const error = await failure(bring(releases, { update: true, assets: [content('a.txt', 'other')] }));
    expect(error.next).toContain('immutable');
    expect(await bring(releases, { update: true, assets: files })).toMatchObject({ changed: true });
  });

  it('is compared by size where the server gives no digests', async () => {
    const releases = new FakeReleases();
    releases.digests = false;
    const release = releases.add({ draft: false, body: 'the notes' });
    for (const file of files) releases.addAsset(release.id, file);
    expect(await bring(releases, { assets: files })).toMatchObject({ changed: false });
  });
});
