import { info } from '../../lib/commands.ts';
import type { Decision } from './decide.ts';
import { explained } from './explain.ts';
import type { History } from './history.ts';
import { majorTagOf } from './rules/marks.ts';

/**
 * Move the major tag to the release. The tags are read anew: an older release that took longer must not move it back.
 * @returns the major tag if it is at the release now
 */
export async function moveMajorTag(
  tag: string,
  { commit, version }: Decision,
  history: History,
): Promise<string | undefined> {
  if (version === undefined) return undefined;
  const tags = await explained('listing the tags', () => history.tags());
  const major = majorTagOf(tag, version, tags);
  if (major === undefined) {
    info(`${tag} is not the highest stable version of its major; the major tag stays`);
    return undefined;
  }
  const at = tags.find(({ name }) => name === major)?.commit;
  if (at !== commit) {
    await explained(`moving the tag ${major}`, () => history.pointTag(major, commit, at !== undefined));
    info(`moved ${major} from ${at ?? 'nowhere'} to ${commit}`);
  }
  return major;
}
