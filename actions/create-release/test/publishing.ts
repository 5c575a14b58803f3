import { expect } from '@jest/globals';
import type { ActionError } from '../../lib/errors.ts';
import type { DesiredRelease, PublishOptions } from '../src/releases/desired-release.ts';
import { ensureRelease } from '../src/releases/publish.ts';
import { content, type FakeReleases } from './fake-releases.ts';

export const desired = (change: Partial<DesiredRelease> = {}): DesiredRelease => ({
  tag: 'v1.0.0',
  target: undefined,
  name: 'v1.0.0',
  body: 'the notes',
  draft: false,
  prerelease: false,
  makeLatest: undefined,
  update: false,
  mayBecomeLatest: async () => true,
  assets: [],
  ...change,
});

let runs = 0;
/** Ensure a release in a separate run. */
export const publish = (
  releases: FakeReleases,
  change: Partial<DesiredRelease> = {},
  onAssets: PublishOptions['onAssets'] = async () => undefined,
) =>
  ensureRelease(desired(change), releases, {
    runId: `00000000-0000-4000-8000-${String(runs++).padStart(12, '0')}`,
    retry: { retries: 3, wait: async () => undefined },
    onRelease: async () => undefined,
    onAssets,
  });

export const failure = (work: Promise<unknown>): Promise<ActionError> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

export const files = [content('a.txt', 'alpha'), content('b.txt', 'beta')];
/** The only release, and the names of its files. */
export const onlyRelease = (releases: FakeReleases) => {
  expect([...releases.all.values()]).toHaveLength(1);
  const [release] = [...releases.all.values()];
  if (release === undefined) throw new Error('no release exists');
  return { release, names: [...(releases.files.get(release.id)?.values() ?? [])].map(({ name }) => name).sort() };
};
