import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import type { CommitSha } from '../../lib/identifiers.ts';
import { versionOfTag } from '../../lib/versions.ts';
import { assetName, contentType } from '../src/assets/asset-names.ts';
import { planAssets, planProblems } from '../src/assets/asset-plan.ts';
import type { Tag } from '../src/history/history.ts';
import { isLatest, isPrerelease, majorTag } from '../src/history/marks.ts';
import { findPreviousTag, MAX_COMPARISONS, previousTagCandidates } from '../src/history/previous-tag.ts';
import { addDraftMarker, canonicalRelease, duplicateDrafts } from '../src/releases/canonical.ts';
import type { Release } from '../src/releases/releases.ts';
import { content } from './fake-releases.ts';

const tagsOf = (...names: string[]): Tag[] => names.map((name, index) => ({ name, commit: `c${index}` as CommitSha }));
const version = (tag: string) => {
  const found = versionOfTag(tag);
  if (found === undefined) throw new Error(`${tag} is not a version`);
  return found;
};
const anyVersion = fc
  .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.constantFrom('', '-rc.1', '-rc.2'))
  .map(([major, minor, patch, pre]) => `v${major}.${minor}.${patch}${pre}`);

describe('candidates for the previous tag', () => {
  it.each([
    ['v1.0.10', ['v1.0.9', 'v2.0.0', 'v1.0.2'], ['v1.0.9', 'v1.0.2']],
    ['v8.5.21', ['v9.4.1', 'v8.5.20', 'v8.5.9'], ['v8.5.20', 'v8.5.9']],
    ['v1.1.0', ['v1.1.0-rc.2', 'v1.1.0-rc.1', 'v1.0.0'], ['v1.0.0']],
    ['v1.1.0-rc.2', ['v1.1.0-rc.1', 'v1.0.0', 'v1.1.0'], ['v1.1.0-rc.1', 'v1.0.0']],
    ['v1.1.0', ['1.0.0', 'v1.0.0', 'nightly', 'v1', 'v1.1.0'], ['v1.0.0', '1.0.0']],
    ['1.1.0', ['v1.0.0', '1.0.0'], ['1.0.0', 'v1.0.0']],
    ['v1.0.0', ['v1.0.0+other', 'v2.0.0'], []],
  ])('of %s among %j', (tag, names, expected) => {
    expect(previousTagCandidates(tag, version(tag), tagsOf(...names)).map(({ name }) => name)).toEqual(expected);
  });
});

/** A random history: each commit has one or two earlier parents; some carry a tag. */
const history = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat())), { minLength: 1, maxLength: 25 }).chain((links) =>
  fc.record({
    parents: fc.constant(
      links.map(([first, second], index) =>
        index === 0 ? [] : [...new Set([first % index, ...(second === null ? [] : [second % index])])],
      ),
    ),
    tags: fc.array(fc.tuple(anyVersion, fc.nat(links.length - 1)), { maxLength: 15 }),
    head: fc.tuple(anyVersion, fc.nat(links.length - 1)),
  }),
);

function reach(parents: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set<number>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(parents[at] ?? []));
  }
  return seen;
}

describe('the previous tag', () => {
  it('is the highest candidate in the history of the release, in every history', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ parents, tags, head: [tag, at] }) => {
        const all = [...new Map(tags)].map(([name, commit]) => ({ name, commit: String(commit) as CommitSha }));
        const ancestors = reach(parents, at);
        const possible = previousTagCandidates(tag, version(tag), all);
        const expected = possible.find(({ commit }) => ancestors.has(Number(commit)));
        const asked: string[] = [];
        const { tag: found, limitReached } = await findPreviousTag(possible, String(at) as CommitSha, async (other) => {
          asked.push(other.name);
          const beyond = reach(parents, Number(other.commit));
          return new Set([...beyond].filter((commit) => !ancestors.has(commit)).map(String));
        });
        expect(limitReached).toBe(false);
        expect(found?.name).toBe(expected?.name);
        expect(asked.length).toBeLessThanOrEqual(possible.length);
      }),
    );
  });

  it('is found past a side branch of many tags with one question for that branch', async () => {
    const branch = tagsOf(...Array.from({ length: 40 }, (_, patch) => `v1.9.${patch}`));
    const base = { name: 'v1.8.0', commit: 'base' as CommitSha };
    const possible = previousTagCandidates('v2.0.0', version('v2.0.0'), [...branch, base]);
    const asked: string[] = [];
    const { tag } = await findPreviousTag(possible, 'head' as CommitSha, async (other) => {
      asked.push(other.name);
      return new Set(other.name === 'v1.8.0' ? [] : branch.map(({ commit }) => commit));
    });
    expect(tag?.name).toBe('v1.8.0');
    expect(asked).toEqual(['v1.9.39', 'v1.8.0']);
  });

  it('is given up, and said so, when every tag stands beside the branch', async () => {
    const beside = tagsOf(...Array.from({ length: 60 }, (_, patch) => `v1.9.${patch}`));
    let asked = 0;
    const result = await findPreviousTag(
      previousTagCandidates('v2.0.0', version('v2.0.0'), beside),
      'head' as CommitSha,
      async (tag) => {
        asked++;
        return new Set([tag.commit]);
      },
    );
    expect(result).toEqual({ tag: undefined, limitReached: true });
    expect(asked).toBe(MAX_COMPARISONS);
  });
});

describe('the marks', () => {
  it.each([
    ['v1.0.10', ['v1.0.9'], true],
    ['v8.5.21', ['v9.4.1', 'v8.5.20'], false],
    ['v2.0.0', ['v2.0.0', 'v2.1.0-rc.1'], true],
    ['v2.1.0-rc.1', ['v2.0.0'], false],
    ['nightly', ['v2.0.0'], false],
    ['v1.0.0$(id)', [], false],
  ])('latest of %s among %j', (tag, names, expected) => {
    const own = versionOfTag(tag);
    expect(isLatest(own, isPrerelease(own, undefined), tagsOf(...names))).toBe(expected);
  });

  it.each([
    ['v1.0.0', undefined, false],
    ['v1.0.0-rc.1', undefined, true],
    ['nightly', undefined, false],
    ['v1.0.0-rc.1', false, false],
    ['v1.0.0', true, true],
  ])('pre-release of %s when %s is asked', (tag, asked, expected) => {
    expect(isPrerelease(versionOfTag(tag), asked)).toBe(expected);
  });

  it.each([
    ['v1.4.2', ['v1.4.1', 'v2.0.0'], 'v1'],
    ['1.4.2', ['1.4.1'], '1'],
    ['v1.4.2', ['v1.5.0'], undefined],
    ['v2.0.0-rc.1', [], undefined],
    ['v0.3.0', ['v0.2.0'], 'v0'],
    ['v1.4.2', ['v1.5.0-rc.1', 'v1'], 'v1'],
  ])('major tag of %s among %j', (tag, names, expected) => {
    expect(majorTag(tag, version(tag), tagsOf(...names))).toBe(expected);
  });

  it('latest is at most one of any set of tags, the highest stable', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyVersion, { minLength: 1 }), (names) => {
        const tags = tagsOf(...names);
        const latest = names.filter((name) => isLatest(version(name), isPrerelease(version(name), undefined), tags));
        const stable = names.filter((name) => !name.includes('-')).sort((a, b) => semver.rcompare(a, b));
        expect(latest).toEqual(stable.slice(0, 1));
      }),
    );
  });
});

describe('the release that counts', () => {
  const release = (change: Partial<Release>): Release => ({
    id: 1,
    tag: 'v1.0.0',
    name: '',
    body: '',
    draft: true,
    prerelease: false,
    immutable: false,
    url: '',
    uploadUrl: '',
    assetCount: 0,
    ...change,
  });
  const some = fc.uniqueArray(
    fc.record({
      id: fc.nat(50),
      draft: fc.boolean(),
      assetCount: fc.nat(1),
      body: fc.constantFrom('', 'by hand', addDraftMarker('x', 'a'), addDraftMarker('x', 'b')),
    }),
    { selector: ({ id }) => id, minLength: 1 },
  );

  it('is the same in every order of the list: published first, then the oldest', () => {
    fc.assert(
      fc.property(some, (list) => {
        const releases = list.map(release);
        const chosen = canonicalRelease(releases);
        expect(canonicalRelease([...releases].reverse())).toEqual(chosen);
        const pool = releases.some(({ draft }) => !draft) ? releases.filter(({ draft }) => !draft) : releases;
        expect(chosen?.id).toBe(Math.min(...pool.map(({ id }) => id)));
      }),
    );
  });

  it('has no duplicates to delete but unfinished drafts of this action', () => {
    fc.assert(
      fc.property(some, (list) => {
        const releases = list.map(release);
        const chosen = canonicalRelease(releases);
        if (chosen === undefined) throw new Error('nothing is chosen');
        for (const each of duplicateDrafts(releases, chosen, 'a')) {
          expect(each.id).not.toBe(chosen.id);
          expect(each).toMatchObject({ draft: true, body: expect.stringContaining('unfinished draft') });
          if (chosen.draft) expect(each).toMatchObject({ assetCount: 0, body: addDraftMarker('x', 'a') });
        }
      }),
    );
  });
});

describe('the plan of files', () => {
  const asset = (name: string, text: string, change = {}) => {
    const { size, digest } = content(name, text);
    return { id: 1, name, label: undefined, size, digest, complete: true, url: '', ...change };
  };
  it.each([
    ['nothing there', [], 'a.txt is missing'],
    ['the same', [asset('a.txt', 'alpha')], ''],
    ['another size', [asset('a.txt', 'alph')], 'a.txt is 4 bytes, expected 5'],
    ['another digest', [asset('a.txt', 'omega')], 'a.txt has the digest'],
    ['half', [asset('a.txt', 'alpha', { complete: false })], 'a.txt is only partially uploaded'],
    ['a file of others', [asset('a.txt', 'alpha'), asset('z.txt', 'z')], ''],
  ])('with %s there', (_, existing, fault) => {
    const plan = planAssets([content('a.txt', 'alpha')], existing, { trustSize: false });
    expect(planProblems(plan).join()).toContain(fault);
    expect(plan.keep).toHaveLength(fault === '' ? 1 : 0);
    expect(plan.unrelated).toHaveLength(existing.length > 1 ? 1 : 0);
  });
});

describe('asset names', () => {
  it.each([
    ['app-1.0.0_linux.tgz', 'app-1.0.0_linux.tgz'],
    ['My App 1.0.0 Setup.exe', 'My.App.1.0.0.Setup.exe'],
    ['fake.      file.txt', 'fake.file.txt'],
    ['erick%%%%%!!!zhao.txt', 'erick.zhao.txt'],
    ['app-(15-5)-x.apk', 'app-.15-5.-x.apk'],
    ['tobwen-1.1.0-1~buster.deb', 'tobwen-1.1.0-1.buster.deb'],
    ['café.txt', 'cafe.txt'],
    ['.env', 'env'],
    ['app+build@2.txt', 'app+build.2.txt'],
    ['日本', ''],
  ])('%s becomes %s', (file, name) => expect(assetName(file)).toBe(name));

  it('are settled: a name that was made is its own name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (file) => expect(assetName(assetName(file))).toBe(assetName(file))),
    );
  });

  it.each([
    ['a.tgz', 'application/gzip'],
    ['a.tar.GZ', 'application/gzip'],
    ['a', 'application/octet-stream'],
    ['x.constructor', 'application/octet-stream'],
  ])('the type of %s is %s', (name, type) => expect(contentType(name)).toBe(type));
});
