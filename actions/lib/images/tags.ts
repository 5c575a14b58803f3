import semver from 'semver';
import { versionOfTag } from '../versions.ts';

/** A tag that build-push-image derives from the commit, possibly with a prefix and a suffix: `web-sha-0123456789ab-debug`. */
const COMMIT_TAG = /(?:^|[-_.])sha-[0-9a-f]{7,}(?:$|[-_.])/;

/**
 * The tag to use for an image where only one is possible, such as in a values file: the highest version (1.4.2, not 1.4 or 1), otherwise
 * the tag of the commit, otherwise the first tag. bump-chart-version commits it, and helm-lint-scan tests the chart with it.
 */
export function chooseTag<T extends string>(tags: readonly T[]): T | undefined {
  const versions = tags.filter((tag) => versionOfTag(tag) !== undefined);
  const [highest] = versions.sort((a, b) => semver.compareBuild(versionOfTag(b) ?? b, versionOfTag(a) ?? a));
  return highest ?? tags.find((tag) => COMMIT_TAG.test(tag)) ?? tags[0];
}
