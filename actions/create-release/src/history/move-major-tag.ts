import { info } from '../../../lib/runner/commands.ts';
import { explainReleaseError, isAlreadyExists, withExplanation } from '../releases/errors.ts';
import type { Decision } from './decision.ts';
import type { History } from './history.ts';
import { majorTag, majorTagName } from './version-rules.ts';

/** Each time that a concurrent run creates the tag first, fewer such runs remain. */
const MAX_ATTEMPTS = 5;

/**
 * Move the major tag to the release. The tags are read again: an older release that took longer must not move it back.
 * @returns the major tag if it now points to the release
 */
export async function moveMajorTag(
  tag: string,
  { commit, release, prerelease }: Decision,
  history: History,
): Promise<string | undefined> {
  if (release === undefined) return undefined;
  if (prerelease) {
    info(`${tag} is a pre-release; the major tag is not moved`);
    return undefined;
  }
  for (let attempt = 1; ; attempt++) {
    const name = majorTagName(tag, release);
    const names = await withExplanation(`listing the tags of ${name}`, () => history.tagsWithPrefix(`${name}.`));
    const major = majorTag(tag, release, [...names, tag]);
    if (major === undefined) {
      info(`${tag} is not the highest stable version of its major; the major tag is not moved`);
      return undefined;
    }
    const current = await withExplanation(`looking up the tag ${major}`, () => history.resolveTag(major));
    if (current === commit) return major;
    try {
      await history.setTag(major, commit, current !== undefined);
      info(current === undefined ? `created ${major} at ${commit}` : `moved ${major} from ${current} to ${commit}`);
      return major;
    } catch (error) {
      // A concurrent run has created it, or the response to the first attempt was lost: check what exists now.
      if (!isAlreadyExists(error) || attempt === MAX_ATTEMPTS)
        throw explainReleaseError(error, `moving the tag ${major}`);
    }
  }
}
