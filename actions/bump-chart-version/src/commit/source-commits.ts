import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import { chooseTag } from '../../../lib/images/tags.ts';
import { info } from '../../../lib/runner/commands.ts';
import { versionOfTag } from '../../../lib/versions.ts';
import type { ImageChange } from '../images/image-changes.ts';
import type { Request } from '../inputs/settings.ts';
import { imageSource, type Origin } from './message.ts';
import type { Repository } from './repository.ts';

/**
 * Whether the order of the commits from which images were built can matter: only for tags that are not versions. What is promoted was not
 * built from the commit of the run.
 */
export const dependsOnCommits = ({ images, allowDowngrade }: Request): boolean =>
  !allowDowngrade &&
  images.some(({ tags, source }) => source === undefined && versionOfTag(chooseTag(tags) ?? '') === undefined);

/** Where the images of a chart come from, and where those of this run do. */
export interface SourceContext {
  /** The messages of the branch's commits, the newest first. */
  messages: readonly string[];
  origin: Origin;
  repository: Pick<Repository, 'isAncestor'>;
}

/**
 * The files with an image that was built from a newer commit than this run's, each with the reason. The commit that brought the image
 * into the file names its source in a trailer; the server knows whether this run's commit is in the history of that one. Commits of another
 * repository have no order, and so have commits that the server does not know, such as those that were force-pushed away.
 */
export async function findNewerSources(
  images: readonly ImageChange[],
  { messages, origin, repository }: SourceContext,
): Promise<Map<string, string>> {
  const run = parseCommitSha(origin.sha ?? '');
  if ('problem' in run) return new Map();
  const sources = images.filter(isUnordered).flatMap((image) => {
    const source = imageSource(messages, image);
    return source !== undefined && isOther(source, origin) ? [{ image, commit: source.commit }] : [];
  });
  const newer = new Map<string, string>();
  for (const [commit, ofCommit] of Map.groupBy(sources, (source) => source.commit)) {
    const isNewer = await isNewerSource(commit, { run: run.value, origin, repository });
    if (!isNewer) continue;
    for (const { image } of ofCommit)
      newer.set(
        image.file.path,
        `has ${image.repository} of the commit ${shorten(commit)}, which is newer than ${shorten(run.value)}`,
      );
  }
  return newer;
}

/** Whether the image changes, and its tags do not show which one is newer. */
const isUnordered = ({ from, to }: ImageChange): boolean =>
  (from.digest !== to.digest || from.tag !== to.tag) &&
  (versionOfTag(from.tag ?? '') === undefined || versionOfTag(to.tag ?? '') === undefined);

const isOther = (source: { repository: string; commit: string }, origin: Origin): boolean =>
  source.repository.toLowerCase() === origin.repository.toLowerCase() && source.commit !== origin.sha;

interface Comparison extends Pick<SourceContext, 'origin' | 'repository'> {
  run: CommitSha;
}

async function isNewerSource(commit: CommitSha, { run, origin, repository }: Comparison): Promise<boolean> {
  const isAncestor = await repository.isAncestor(origin.repository, run, commit);
  if (isAncestor === undefined)
    info(`${origin.repository} does not show how ${shorten(run)} and ${shorten(commit)} are related`);
  return isAncestor === true;
}

const shorten = (commit: string): string => commit.slice(0, 12);
