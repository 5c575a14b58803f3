import { isSameText } from './release-text.ts';
import type { Release, ReleaseFields } from './releases.ts';

/** What a release should have. */
export type DesiredFields = Pick<ReleaseFields, 'name' | 'body' | 'prerelease' | 'draft' | 'discussionCategory'>;

/** The fields that differ, by the names of their inputs. Line endings, white space at the ends, and the markers of this action do not count. */
export function findDifferences(release: Release, desired: DesiredFields): string[] {
  const isDraftOver = release.body.includes('<!-- create-release: unfinished draft');
  const pairs: [string, boolean][] = [
    ['name', release.name === desired.name],
    ['body', isSameText(release.body, desired.body) && !isDraftOver],
    ['prerelease', release.prerelease === desired.prerelease],
    ['draft', release.draft === desired.draft],
    ['discussion-category', desired.discussionCategory === undefined || release.discussionUrl !== undefined],
  ];
  return pairs.filter(([, same]) => !same).map(([name]) => name);
}
