import { expect } from '@jest/globals';
import { checkPublished } from '../../src/releases/check-published.ts';
import type { DesiredRelease } from '../../src/releases/desired-release.ts';
import { moveRelease } from '../../src/releases/move-release.ts';
import { markedText } from '../../src/releases/release-text.ts';
import type { Release } from '../../src/releases/releases.ts';
import { FakeHistory, sha } from '../fake-history.ts';
import { content, FakeReleases } from '../fake-releases.ts';
import { desired, onlyRelease, runOptions } from '../publishing.ts';

/** The files of the release of a commit. */
export const filesOf = (letter: string) => [content('a.txt', `alpha ${letter}`), content('b.txt', `beta ${letter}`)];

/** A repository whose tag `nightly` is at the commit `a`, with a release of that commit. */
export const scene = (change: Partial<Release> = {}) => {
  const releases = new FakeReleases();
  const history = new FakeHistory([{ name: 'nightly', commit: sha('a') }], { releases });
  const body = `by hand\n\n${markedText('the notes')}`;
  const old = releases.add({ tag: 'nightly', name: 'Nightly', body, draft: false, ...change });
  for (const file of [...filesOf('a'), content('gone.txt', 'old')]) releases.addAsset(old.id, file);
  return { releases, history, old };
};
export type Scene = Pick<ReturnType<typeof scene>, 'releases' | 'history'>;

/** A separate run that moves the tag, and then checks what it published, as the action does. */
export const move = async (
  { releases, history }: Scene,
  letter: string,
  change: Partial<DesiredRelease> = {},
  onAssets = async () => {},
) => {
  const options = runOptions(releases, { onAssets });
  const step = {
    tag: 'nightly',
    defaults: { prerelease: false, latest: false },
    assets: filesOf(letter),
    update: true,
  };
  const from = history.all.get('nightly');
  const result = await moveRelease(desired({ ...step, ...change }), releases, {
    ...options,
    history,
    commit: sha(letter),
    from,
  });
  const expectation = { latest: false, before: undefined, higher: () => undefined };
  if (result.changed) await checkPublished(result.release, expectation, { releases, retry: options.retry });
  return result;
};

export const expectReleaseOf = ({ releases, history }: Scene, letter: string) => {
  const { release, names } = onlyRelease(releases);
  expect(release).toMatchObject({ tag: 'nightly', draft: false });
  expect(names).toEqual(['a.txt', 'b.txt']);
  const digests = [...(releases.files.get(release.id)?.values() ?? [])].map(({ digest }) => digest).sort();
  expect(digests).toEqual(
    filesOf(letter)
      .map(({ digest }) => digest)
      .sort(),
  );
  expect(history.all.get('nightly')).toBe(sha(letter));
};
