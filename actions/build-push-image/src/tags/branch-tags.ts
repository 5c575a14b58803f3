import type { CommitSha, Digest, ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import type { CopyResult, Registry, ResolvedTags } from '../registry/registry.ts';
import type { LaterCommits } from './later-commits.ts';
import type { PlannedTag } from './tag-rules.ts';

/** What decides whether the tags of a branch move. */
export interface BranchTags {
  repository: string;
  tags: readonly PlannedTag[];
  laterCommits: LaterCommits;
  /** The commit's own tag. */
  shaTagOf: (sha: CommitSha) => ImageTag;
}

/** Whether a tag moves to the latest commit of a branch. */
export const isBranchTag = ({ branch }: PlannedTag): boolean => branch !== undefined;

/** How many commits are looked up at a time. */
const BATCH = 5;

/**
 * Move the tags of a branch to the image, unless the repository has the image of a later commit of the branch: a run that is started again, or ends after
 * that of a later commit, must not move them back. Look again afterwards: tags that were taken from a later commit in between move on to its image.
 * @param source a reference by digest, and the digest
 * @returns the tags that point to the image now
 */
export async function moveBranchTags(
  { repository, tags: planned, laterCommits, shaTagOf }: BranchTags,
  { reference, digest, currentTags }: { reference: string; digest: Digest; currentTags: ResolvedTags },
  { registry, log, onCopy }: { registry: Registry; log: BuildLog; onCopy: (copied: CopyResult) => void },
): Promise<ImageTag[]> {
  const tags = planned.filter(isBranchTag);
  const names = tags.map(({ name }) => name);
  const upToDate = names.filter((name) => currentTags.get(name)?.digest === digest);
  const outdated = names.filter((name) => !upToDate.includes(name));
  const [branch] = tags.flatMap((tag) => tag.branch ?? []);
  if (outdated.length === 0 || branch === undefined) return names;

  const commits = await laterCommits(branch);
  const findLater = () => findLaterImage(commits, { repository, shaTagOf, registry });
  const stay = (sha: CommitSha) =>
    log.notice(
      `${outdated.join(', ')} ${outdated.length === 1 ? 'stays' : 'stay'}: the repository has the image of ${sha.slice(0, 12)}, a later commit of ${branch}.`,
    );
  const later = await findLater();
  if (later !== undefined && later.manifest.digest !== digest) {
    stay(later.sha);
    return upToDate;
  }
  const targets = outdated.map((name) => `${repository}:${name}`);
  onCopy(await registry.copy(reference, targets));
  const latest = await findLater();
  if (latest === undefined || latest.manifest.digest === digest) return names;
  await registry.copy(`${repository}@${latest.manifest.digest}`, targets);
  stay(latest.sha);
  return upToDate;
}

/** The image of the latest of the commits that has one. */
async function findLaterImage(
  commits: readonly CommitSha[],
  { repository, shaTagOf, registry }: Pick<BranchTags, 'repository' | 'shaTagOf'> & { registry: Registry },
): Promise<{ sha: CommitSha; manifest: Manifest } | undefined> {
  for (let start = 0; start < commits.length; start += BATCH) {
    const found = await Promise.all(
      commits.slice(start, start + BATCH).map(async (sha) => {
        const manifest = await registry.find(`${repository}:${shaTagOf(sha)}`);
        return manifest === undefined ? [] : [{ sha, manifest }];
      }),
    );
    const [latest] = found.flat();
    if (latest !== undefined) return latest;
  }
  return undefined;
}
