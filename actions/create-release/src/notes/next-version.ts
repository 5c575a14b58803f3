import semver from 'semver';
import type { Version } from '../../../lib/versions.ts';
import type { Commit } from '../history/history.ts';
import { listChanges } from './changes.ts';
import { groupChanges, knownTypes, type LabelsOf, type NotesConfig } from './sections.ts';

/** The version of a first release. */
const FIRST = '1.0.0';

/**
 * The version that a release of these commits should have, by https://www.conventionalcommits.org/en/v1.0.0/#specification:
 * - something breaks: the next major version or, before 1.0.0, the next minor one (https://semver.org/#spec-item-4)
 * - a feature: the next minor version
 * - any other change that the notes contain: the next patch version
 *
 * After a pre-release it is the stable version of it, unless the changes need a higher one: 1.5.0 after 1.5.0-rc.1 with a fix, and
 * 2.0.0 with a breaking change.
 * A version that another line of history already has is skipped: 1.0.2 after 1.0.0 with a fix, if 1.0.1 is a patch of an old line.
 * @param commits those since the last version, oldest first
 * @param last the last version, `undefined` for a first release
 * @param taken versions that have a tag
 * @returns `undefined` when there is nothing to release
 */
export async function nextVersion(
  commits: readonly Commit[],
  last: Version | undefined,
  { config, labelsOf, taken }: { config: NotesConfig; labelsOf: LabelsOf; taken: ReadonlySet<string> },
): Promise<Version | undefined> {
  const changes = listChanges(commits, knownTypes(config));
  const breaks = changes.some(({ breaking }) => breaking.length > 0);
  const shown = (await groupChanges(changes, config, labelsOf)).flatMap((section) => section.changes);
  if (!breaks && shown.length === 0) return undefined;
  const hasFeature = shown.some(({ type }) => type === 'feat' || type === 'feature');
  const level = breaks ? (last?.major === 0 ? 'minor' : 'major') : hasFeature ? 'minor' : 'patch';
  let next = last === undefined ? FIRST : semver.inc(last.version, level);
  while (next !== null && taken.has(next)) next = semver.inc(next, level);
  return semver.parse(next) ?? undefined;
}
