import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import type { CommitSha } from '../../lib/identifiers.ts';
import { versionOfTag } from '../../lib/versions.ts';
import { assetName, contentType } from '../src/assets/asset-names.ts';
import { planAssets, planProblems } from '../src/assets/asset-plan.ts';
import type { Tag } from '../src/history/history.ts';
import { findPreviousTag, MAX_COMPARISONS, previousTagCandidates } from '../src/history/previous-tag.ts';
import { isLatest, isPrerelease, majorTag } from '../src/history/version-rules.ts';
import { addDraftMarker, canonicalRelease, duplicateDrafts } from '../src/releases/canonical.ts';
import type { Release } from '../src/releases/releases.ts';
import { content } from './fake-releases.ts';

const createTags = (...names: string[]): Tag[] =>
  names.map((name, index) => ({ name, commit: `c${index}` as CommitSha }));
const version = (tag: string) => {
  const found = versionOfTag(tag);
  if (found === undefined) throw new Error(`${tag} is not a version`);
  return found;
};
const anyVersion = fc
  .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.constantFrom('', '-rc.1', '-rc.2'))
  .map(([major, minor, patch, pre]) => `v${major}.${minor}.${patch}${pre}`);

describe('previousTagCandidates', () => {
  it.each([
    ['v1.0.10', ['v1.0.9', 'v2.0.0', 'v1.0.2'], ['v1.0.9', 'v1.0.2']],
    ['v8.5.21', ['v9.4.1', 'v8.5.20', 'v8.5.9'], ['v8.5.20', 'v8.5.9']],
    ['v1.1.0', ['v1.1.0-rc.2', 'v1.1.0-rc.1', 'v1.0.0'], ['v1.0.0']],
    ['v1.1.0-rc.2', ['v1.1.0-rc.1', 'v1.0.0', 'v1.1.0'], ['v1.1.0-rc.1', 'v1.0.0']],
    ['v1.1.0', ['1.0.0', 'v1.0.0', 'nightly', 'v1', 'v1.1.0'], ['v1.0.0', '1.0.0']],
    ['1.1.0', ['v1.0.0', '1.0.0'], ['1.0.0', 'v1.0.0']],
    ['v1.0.0', ['v1.0.0+other', 'v2.0.0'], []],
  ])('for %s among %j', (tag, names, expected) => {
    expect(previousTagCandidates(tag, version(tag), createTags(...names)).map(({ name }) => name)).toEqual(expected);
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

function ancestorsOf(parents: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set<number>();
  const pending = [from];
  for (let commit = pending.pop(); commit !== undefined; commit = pending.pop()) {
    if (seen.has(commit)) continue;
    seen.add(commit);
    pending.push(...(parents[commit] ?? []));
  }
  return seen;
}

describe('findPreviousTag', () => {
  it('finds the highest candidate that is an ancestor, in any history', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ parents, tags, head: [tag, head] }) => {
        const all = [...new Map(tags)].map(([name, commit]) => ({ name, commit: String(commit) as CommitSha }));
        const ancestors = ancestorsOf(parents, head);
        const possible = previousTagCandidates(tag, version(tag), all);
        const expected = possible.find(({ commit }) => ancestors.has(Number(commit)));
        const compared: string[] = [];
        const { tag: found, limitReached } = await findPreviousTag(
          possible,
          String(head) as CommitSha,
          async (other) => {
            compared.push(other.name);
            const otherAncestors = ancestorsOf(parents, Number(other.commit));
            return new Set([...otherAncestors].filter((commit) => !ancestors.has(commit)).map(String));
          },
        );
        expect(limitReached).toBe(false);
        expect(found?.name).toBe(expected?.name);
        expect(compared.length).toBeLessThanOrEqual(possible.length);
      }),
    );
  });

  it('needs one comparison for a side branch with many tags', async () => {
    const branch = createTags(...Array.from({ length: 40 }, (_, patch) => `v1.9.${patch}`));
    const base = { name: 'v1.8.0', commit: 'base' as CommitSha };
    const possible = previousTagCandidates('v2.0.0', version('v2.0.0'), [...branch, base]);
    const compared: string[] = [];
    const { tag } = await findPreviousTag(possible, 'head' as CommitSha, async (other) => {
      compared.push(other.name);
      return new Set(other.name === 'v1.8.0' ? [] : branch.map(({ commit }) => commit));
    });
    expect(tag?.name).toBe('v1.8.0');
    expect(compared).toEqual(['v1.9.39', 'v1.8.0']);
  });

  it('stops at the limit when every tag is on a side branch', async () => {
    const sideTags = createTags(...Array.from({ length: 60 }, (_, patch) => `v1.9.${patch}`));
    let comparisons = 0;
    const result = await findPreviousTag(
      previousTagCandidates('v2.0.0', version('v2.0.0'), sideTags),
      'head' as CommitSha,
      async (tag) => {
        comparisons++;
        return new Set([tag.commit]);
      },
    );
    expect(result).toEqual({ tag: undefined, limitReached: true });
    expect(comparisons).toBe(MAX_COMPARISONS);
  });
});

describe('version rules', () => {
  it.each([
    ['v1.0.10', ['v1.0.9'], true],
    ['v8.5.21', ['v9.4.1', 'v8.5.20'], false],
    ['v2.0.0', ['v2.0.0', 'v2.1.0-rc.1'], true],
    ['v2.1.0-rc.1', ['v2.0.0'], false],
    ['nightly', ['v2.0.0'], false],
    ['v1.0.0$(id)', [], false],
  ])('%s among %j is the latest: %s', (tag, names, expected) => {
    const tagVersion = versionOfTag(tag);
    expect(isLatest(tagVersion, isPrerelease(tagVersion, undefined), createTags(...names))).toBe(expected);
  });

  it.each([
    ['v1.0.0', undefined, false],
    ['v1.0.0-rc.1', undefined, true],
    ['nightly', undefined, false],
    ['v1.0.0-rc.1', false, false],
    ['v1.0.0', true, true],
  ])('%s with prerelease %s is a pre-release: %s', (tag, requested, expected) => {
    expect(isPrerelease(versionOfTag(tag), requested)).toBe(expected);
  });

  it.each([
    ['v1.4.2', ['v1.4.1', 'v2.0.0'], 'v1'],
    ['1.4.2', ['1.4.1'], '1'],
    ['v1.4.2', ['v1.5.0'], undefined],
    ['v2.0.0-rc.1', [], undefined],
    ['v0.3.0', ['v0.2.0'], 'v0'],
    ['v1.4.2', ['v1.5.0-rc.1', 'v1'], 'v1'],
  ])('the major tag of %s among %j is %s', (tag, names, expected) => {
    expect(majorTag(tag, version(tag), createTags(...names))).toBe(expected);
  });

  it('only the highest stable version is the latest, for any set of tags', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyVersion, { minLength: 1 }), (names) => {
        const tags = createTags(...names);
        const latest = names.filter((name) => isLatest(version(name), isPrerelease(version(name), undefined), tags));
        const stable = names.filter((name) => !name.includes('-')).sort((a, b) => semver.rcompare(a, b));
        expect(latest).toEqual(stable.slice(0, 1));
      }),
    );
  });
});

describe('canonicalRelease', () => {
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
  const releaseList = fc.uniqueArray(
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
      fc.property(releaseList, (list) => {
        const releases = list.map(release);
        const chosen = canonicalRelease(releases);
        expect(canonicalRelease([...releases].reverse())).toEqual(chosen);
        const pool = releases.some(({ draft }) => !draft) ? releases.filter(({ draft }) => !draft) : releases;
        expect(chosen?.id).toBe(Math.min(...pool.map(({ id }) => id)));
      }),
    );
  });

  it('has as duplicates only unfinished drafts of this action', () => {
    fc.assert(
      fc.property(releaseList, (list) => {
        const releases = list.map(release);
        const chosen = canonicalRelease(releases);
        if (chosen === undefined) throw new Error('nothing is chosen');
        for (const duplicate of duplicateDrafts(releases, chosen, 'a')) {
          expect(duplicate.id).not.toBe(chosen.id);
          expect(duplicate).toMatchObject({ draft: true, body: expect.stringContaining('unfinished draft') });
          if (chosen.draft) expect(duplicate).toMatchObject({ assetCount: 0, body: addDraftMarker('x', 'a') });
        }
      }),
    );
  });
});

describe('planAssets', () => {
  const asset = (name: string, text: string, change = {}) => {
    const { size, digest } = content(name, text);
    return { id: 1, name, label: undefined, size, digest, complete: true, url: '', ...change };
  };
  it.each([
    ['no files', [], 'a.txt is missing'],
    ['the same file', [asset('a.txt', 'alpha')], ''],
    ['a file of another size', [asset('a.txt', 'alph')], 'a.txt is 4 bytes, expected 5'],
    ['a file with another digest', [asset('a.txt', 'omega')], 'a.txt has the digest'],
    ['an incomplete file', [asset('a.txt', 'alpha', { complete: false })], 'a.txt is only partially uploaded'],
    ['an unrelated file', [asset('a.txt', 'alpha'), asset('z.txt', 'z')], ''],
  ])('with %s on the server', (_, existing, problem) => {
    const plan = planAssets([content('a.txt', 'alpha')], existing, { trustSize: false });
    expect(planProblems(plan).join()).toContain(problem);
    expect(plan.keep).toHaveLength(problem === '' ? 1 : 0);
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

  it('do not change when they are converted again', () => {
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
