import semver from 'semver';
import { versionOfTag } from '../../lib/versions.ts';

/** The tag that says most about an image: its highest version (1.4.2, not 1.4 or 1), else its commit's tag, else the first. */
export function chooseTag(tags: readonly string[]): string | undefined {
  const versions = tags.filter((tag) => versionOfTag(tag) !== undefined);
  const [highest] = versions.sort((a, b) => semver.compareBuild(versionOfTag(b) ?? b, versionOfTag(a) ?? a));
  return highest ?? tags.find((tag) => /^sha-[0-9a-f]{7,}$/.test(tag)) ?? tags[0];
}
