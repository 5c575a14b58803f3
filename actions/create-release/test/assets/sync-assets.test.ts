import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type SyncOptions, syncAssets } from '../../src/assets/sync-assets.ts';
import type { AssetContent } from '../../src/releases/releases.ts';
import { serverError } from '../fake-calls.ts';
import { content, FakeReleases } from '../fake-releases.ts';
import { failure } from '../publishing.ts';

let output = '';
beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
});
afterAll(() => {
  jest.restoreAllMocks();
});

const options = (releases: FakeReleases, change: Partial<SyncOptions> = {}): SyncOptions => ({
  releases,
  retry: { retries: 3, wait: async () => undefined },
  checksums: true,
  otherFiles: 'keep',
  trustSize: false,
  ...change,
});
/** Sync the files of the only release, from what it has now. */
async function sync(releases: FakeReleases, desired: readonly AssetContent[], change: Partial<SyncOptions> = {}) {
  output = '';
  const [id = 0] = [...releases.all.keys()];
  return syncAssets(await releases.get(id), desired, options(releases, change));
}
const create = (fields: Parameters<FakeReleases['add']>[0] = {}) => {
  const releases = new FakeReleases();
  return { releases, release: releases.add(fields) };
};
const namesOf = (releases: FakeReleases) =>
  [...(releases.files.values().next().value?.values() ?? [])].map(({ name }) => name).sort();
const line = ({ name, digest }: AssetContent) => `${digest.slice('sha256:'.length)}  ${name}\n`;
/** The text of the only `SHA256SUMS`. */
function sumsOf(releases: FakeReleases): string {
  const all = [...(releases.files.values().next().value?.values() ?? [])].filter(({ name }) => name === 'SHA256SUMS');
  expect(all).toHaveLength(1);
  return releases.texts.get(all[0]?.id ?? 0) ?? '';
}
const requests = (releases: FakeReleases) => releases.calls.splice(0).join(' ');
const [linux, mac, notes] = [content('linux.tgz', 'linux'), content('mac.tgz', 'mac'), content('a.md', 'notes')];

describe('syncAssets', () => {
  it('fills a new draft with one upload per file, one for SHA256SUMS, and one read', async () => {
    const { releases, release } = create();
    const result = await syncAssets({ ...release, assets: [] }, [mac, linux], options(releases));
    expect(requests(releases)).toBe('uploadAsset uploadAsset uploadAsset get');
    expect(sumsOf(releases)).toBe(line(linux) + line(mac));
    expect(result.changed).toBe(true);
    expect(result.release.assets).toMatchObject([{ name: 'mac.tgz' }, { name: 'linux.tgz' }, {}]);
  });

  it('changes nothing when all is there, without a request', async () => {
    const { releases, release } = create();
    await sync(releases, [linux]);
    const current = await releases.get(release.id);
    requests(releases);
    expect(await syncAssets(current, [linux], options(releases))).toEqual({ changed: false, release: current });
    expect(requests(releases)).toBe('');
  });

  it('leaves SHA256SUMS alone in a step without files, or without checksums', async () => {
    const { releases, release } = create();
    releases.addAsset(release.id, content('SHA256SUMS', 'by hand'));
    requests(releases);
    await sync(releases, []);
    await sync(releases, [linux], { checksums: false });
    expect(requests(releases)).toBe('get get uploadAsset get');
  });

  it('does not upload SHA256SUMS of a published release before its files', async () => {
    const { releases } = create({ draft: false });
    releases.injectFailure = (method) => (method === 'uploadAsset' ? serverError(400, 'no room') : undefined);
    await failure(sync(releases, [linux]));
    expect(releases.count('uploadAsset')).toBe(1);
  });
});

describe('SHA256SUMS', () => {
  it('keeps the files of other jobs, by the digests of the server', async () => {
    const { releases } = create();
    await sync(releases, [linux]);
    await sync(releases, [mac]);
    await sync(releases, [notes]);
    expect(sumsOf(releases)).toBe(line(notes) + line(linux) + line(mac));
  });

  it('leaves out a file that is only partially uploaded', async () => {
    const { releases, release } = create();
    releases.addAsset(release.id, mac, { complete: false, digest: undefined });
    await sync(releases, [linux]);
    expect(sumsOf(releases)).toBe(line(linux));
    expect(output).not.toContain('::warning');
  });

  it('keeps the lines of other files where the server has no digests, and warns about files without a line', async () => {
    const { releases, release } = create();
    releases.digests = false;
    await sync(releases, [linux]);
    releases.addAsset(release.id, content('by-hand.txt', 'x'));
    await sync(releases, [mac]);
    expect(sumsOf(releases)).toBe(line(linux) + line(mac));
    expect(output).toContain('::warning title=create-release%3A SHA256SUMS is incomplete::');
    expect(output).toContain('The server has no digest of by-hand.txt,');
  });

  it('is compared by its text where the server has no digests', async () => {
    const { releases } = create({ draft: false });
    releases.digests = false;
    await sync(releases, [linux], { trustSize: true });
    expect(await sync(releases, [linux], { trustSize: true })).toMatchObject({ changed: false });
    const [sums] = [...releases.texts].filter(([, text]) => text === line(linux));
    releases.texts.set(sums?.[0] ?? 0, line(mac).replace('mac.tgz', 'macos.tg'));
    expect(await sync(releases, [linux], { trustSize: true })).toMatchObject({ changed: true });
    expect(sumsOf(releases)).toBe(line(linux));
  });

  it('is replaced if it is incomplete, has a damaged digest or is old', async () => {
    for (const change of [{ complete: false, digest: undefined }, { digest: 'sha256:none' }, {}]) {
      const { releases, release } = create();
      releases.addAsset(release.id, content('SHA256SUMS', 'old'), change);
      await sync(releases, [linux]);
      expect(sumsOf(releases)).toBe(line(linux));
    }
  });

  it('names every file, whatever the order of the requests of concurrent jobs', async () => {
    const job = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.boolean(),
        fc.uniqueArray(job, { minLength: 2, maxLength: 4 }),
        async (scheduler, draft, jobs) => {
          const { releases } = create({ draft });
          releases.beforeCall = (method) => scheduler.schedule(Promise.resolve(), method);
          const files = jobs.map((names, index) => [...new Set(names)].map((name) => content(`${name}${index}`, name)));
          await scheduler.waitFor(Promise.all(files.map((desired) => sync(releases, desired))));
          const all = files.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
          expect(sumsOf(releases)).toBe(all.map(line).join(''));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that other jobs replace again and again ends with an error that says so', async () => {
    const { releases, release } = create();
    let jobs = 0;
    releases.beforeCall = (method) => {
      if (method === 'get') releases.addAsset(release.id, content(`job${jobs++}`, 'x'));
    };
    const error = await failure(sync(releases, [linux]));
    expect(error.message).toContain('SHA256SUMS of v1.0.0 does not name all files');
    expect(error.why).toContain('during each of 5 attempts');
    expect(releases.count('uploadAsset')).toBe(7);
  });

  it('that another job uploads first is left to it, and that it deletes is not an error', async () => {
    const { releases, release } = create();
    releases.beforeCall = (method, count) => {
      if (method === 'uploadAsset' && count === 2) releases.addAsset(release.id, content('SHA256SUMS', line(linux)));
      if (method === 'deleteAsset') releases.files.get(release.id)?.clear();
    };
    await sync(releases, [linux]);
    expect(releases.count('deleteAsset')).toBe(0);
  });

  it.each(['before', 'after'] as const)('is uploaded once more after a failure %s its work', async (moment) => {
    const { releases } = create();
    releases.injectFailure = (method, count, when) =>
      method === 'uploadAsset' && count === 2 && when === moment ? serverError(502) : undefined;
    await sync(releases, [linux]);
    expect(sumsOf(releases)).toBe(line(linux));
  });
});

describe('files of other jobs', () => {
  const withOthers = async (draft: boolean) => {
    const { releases, release } = create({ draft });
    await sync(releases, [linux, mac]);
    return { releases, release };
  };

  it('in a draft stay, and are named', async () => {
    const { releases } = await withOthers(true);
    await sync(releases, [notes]);
    expect(namesOf(releases)).toEqual(['SHA256SUMS', 'a.md', 'linux.tgz', 'mac.tgz']);
    expect(output).toContain('The draft also contains linux.tgz, mac.tgz, which this step does not change.');
  });

  it.each([true, false])(
    'are removed with other-files: remove, but never SHA256SUMS of this step (draft: %s)',
    async (draft) => {
      const { releases } = await withOthers(draft);
      await sync(releases, [notes], { otherFiles: 'remove' });
      expect(namesOf(releases)).toEqual(['SHA256SUMS', 'a.md']);
      expect(sumsOf(releases)).toBe(line(notes));
      await sync(releases, [notes], { otherFiles: 'remove', checksums: false });
      expect(namesOf(releases)).toEqual(['a.md']);
    },
  );

  it('of a published release are removed after the new files are there', async () => {
    const { releases } = await withOthers(false);
    requests(releases);
    await sync(releases, [notes], { otherFiles: 'remove' });
    expect(requests(releases)).toBe('get uploadAsset deleteAsset deleteAsset deleteAsset uploadAsset get');
  });

  it('that appear in the meantime are not removed', async () => {
    const { releases, release } = await withOthers(true);
    releases.beforeCall = (method, count) => {
      if (method === 'uploadAsset' && count === 4) releases.addAsset(release.id, content('late', 'x'));
    };
    await sync(releases, [notes], { otherFiles: 'remove' });
    expect(namesOf(releases)).toEqual(['SHA256SUMS', 'a.md', 'late']);
  });

  it('are not removed from a draft that has been published', async () => {
    const { releases, release } = await withOthers(true);
    const before = await releases.get(release.id);
    releases.all.set(release.id, { ...before, draft: false });
    const work = syncAssets(before, [linux], options(releases, { otherFiles: 'remove', checksums: false }));
    expect((await failure(work)).what).toBe('a concurrent run took over the release v1.0.0');
    expect(namesOf(releases)).toContain('mac.tgz');
  });
});

describe('1,000 files', () => {
  const full = (count: number) => {
    const { releases, release } = create();
    for (let index = 0; index < count; index++) releases.addAsset(release.id, content(`f${index}`, 'x'));
    return releases;
  };

  it('with those of other jobs and SHA256SUMS are the most, and one more is an error before anything is uploaded', async () => {
    await sync(full(998), [linux]);
    const releases = full(999);
    const error = await failure(sync(releases, [linux]));
    expect(error.what).toBe('v1.0.0 would have 1001 files');
    expect(error.why).toContain('this one already has 999');
    expect(releases.count('uploadAsset')).toBe(0);
    await sync(releases, [linux], { checksums: false });
  });

  it('are removed before others take their place, when there is no room for both', async () => {
    const releases = full(1000);
    requests(releases);
    await sync(releases, [linux], { otherFiles: 'remove' });
    expect(namesOf(releases)).toEqual(['SHA256SUMS', 'linux.tgz']);
    expect(releases.calls.indexOf('deleteAsset')).toBeLessThan(releases.calls.indexOf('uploadAsset'));
  });
});
