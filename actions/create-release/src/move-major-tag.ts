import { info } from '../../lib/commands.ts';
import type { Decision } from './decide.ts';
import { explain, explained, isTaken } from './explain.ts';
import type { History } from './history.ts';
import { majorTagOf } from './rules/marks.ts';

/** Each time that another run makes the tag first, one run less is left to do so. */
const MAX_ATTEMPTS = 5;

/**
 * Move the major tag to the release. The tags are read anew: an older release that took longer must not move it back.
 * @returns the major tag if it is at the release now
 */
export async function moveMajorTag(
  tag: string,
  { commit, version, prerelease }: Decision,
  history: History,
): Promise<string | undefined> {
  if (version === undefined) return undefined;
  if (prerelease) {
    info(`${tag} is a pre-release; the major tag stays`);
    return undefined;
  }
  for (let attempt = 1; ; attempt++) {
    const tags = await explained('listing the tags', () => history.tags());
    const major = majorTagOf(tag, version, tags);
    if (major === undefined) {
      info(`${tag} is not the highest stable version of its major; the major tag stays`);
      return undefined;
    }
    const at =
      tags.find(({ name }) => name === major)?.commit ??
      (await explained(`looking up the tag ${major}`, () => history.commitOfTag(major)));
    if (at === commit) return major;
    try {
      await history.pointTag(major, commit, at !== undefined);
      info(`moved ${major} from ${at ?? 'nowhere'} to ${commit}`);
      return major;
    } catch (error) {
      // Another run has made it meanwhile, or the answer to this one's first try was lost: what is there now decides.
      if (!isTaken(error) || attempt === MAX_ATTEMPTS) throw explain(error, `moving the tag ${major}`);
    }
  }
}
