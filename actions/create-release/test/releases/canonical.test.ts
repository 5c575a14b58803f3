import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDraftMarker, canonicalRelease, duplicateDrafts } from '../../src/releases/canonical.ts';
import type { Release } from '../../src/releases/releases.ts';

describe('canonicalRelease', () => {
  const release = (change: Pick<Release, 'id' | 'draft' | 'assets' | 'body'>): Release => ({
    tag: 'v1.0.0',
    name: '',
    prerelease: false,
    immutable: false,
    url: '',
    discussionUrl: undefined,
    tarballUrl: '',
    zipballUrl: '',
    uploadUrl: '',
    ...change,
  });
  const asset = { id: 9, name: 'a', label: undefined, size: 1, complete: true, digest: undefined, url: '' };
  const releaseList = fc.uniqueArray(
    fc.record({
      id: fc.nat(50),
      draft: fc.boolean(),
      assets: fc.constantFrom([], [asset]),
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
          if (chosen.draft) expect(duplicate).toMatchObject({ assets: [], body: addDraftMarker('x', 'a') });
        }
      }),
    );
  });
});
