import { expect } from '@jest/globals';
import type { ActionError } from '../../lib/errors.ts';
import type { DesiredRelease, PublishOptions } from '../src/releases/desired-release.ts';
import { ensureRelease } from '../src/releases/publish.ts';
import { visibleText } from '../src/releases/release-text.ts';
import { content, type FakeReleases } from './fake-releases.ts';

/** What a step without inputs asks for: a tag, and the text of its notes. */
export const desired = (change: Partial<DesiredRelease> = {}): DesiredRelease => ({
  tag: 'v1.0.0',
  target: undefined,
  name: undefined,
  text: 'the notes',
  textGiven: false,
  bodyMode: 'append',
  prerelease: undefined,
  latest: undefined,
  defaults: { prerelease: false, latest: true },
  draft: false,
  discussionCategory: undefined,
  update: false,
  assets: [],
  checksums: false,
  otherFiles: 'keep',
  ...change,
});

let runs = 0;
/** The options of a separate run, which knows the releases that the lists show now. */
export const runOptions = (releases: FakeReleases, change: Partial<PublishOptions> = {}): PublishOptions => ({
  runId: `00000000-0000-4000-8000-${String(runs++).padStart(12, '0')}`,
  retry: { retries: 3, wait: async () => undefined },
  known: releases.currentState('v1.0.0'),
  onRelease: async () => undefined,
  onAssets: async () => undefined,
  ...change,
});

/** Ensure a release in a separate run. */
export const publish = (
  releases: FakeReleases,
  change: Partial<DesiredRelease> = {},
  options: Partial<PublishOptions> = {},
) => ensureRelease(desired(change), releases, runOptions(releases, options));

export const failure = (work: Promise<unknown>): Promise<ActionError> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

export const files = [content('a.txt', 'alpha'), content('b.txt', 'beta')];

export const fileNames = (releases: FakeReleases, id: number): string[] =>
  [...(releases.files.get(id)?.values() ?? [])].map(({ name }) => name).sort();

/** The only release, what readers see of its text, and the names of its files. */
export const onlyRelease = (releases: FakeReleases) => {
  expect([...releases.all.values()]).toHaveLength(1);
  const [release] = [...releases.all.values()];
  if (release === undefined) throw new Error('no release exists');
  return { release, text: visibleText(release.body), names: fileNames(releases, release.id) };
};
