import { ActionError, ToolMissingError } from '../../../lib/errors.ts';
import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import type { Settings } from '../inputs/inputs.ts';
import type { Git } from './git.ts';

/** The commit that the images are of. */
export interface CheckedOut {
  sha: CommitSha;
  /** What the user should know about it. */
  notice: string | undefined;
}

/**
 * The commit for tags and labels: that of the run, or with `commit: checkout` the one that is checked out.
 * Promotion trusts the tag of a commit, so it must not be given to the content of another one. A workspace without a checkout is not compared.
 * @throws {ActionError} when another commit than the run's is checked out, and a tag of the run's commit or of a version would be set; with
 *   `commit: checkout` when nothing is checked out
 */
export async function resolveCommit(
  { commit, push, images, promotion }: Settings,
  { sha, workspace }: { sha: CommitSha; workspace: string },
  git: Git,
): Promise<CheckedOut> {
  // With `promote: require` nothing is built from the checkout.
  if (commit === 'run' && promotion?.mode === 'require') return { sha, notice: undefined };
  const head = await checkedOutCommit(git);
  if (commit === 'checkout') {
    if (head === undefined) throw noCheckoutError(workspace);
    return { sha: head, notice: undefined };
  }
  // The run's commit is an annotated tag for some events.
  if (head === undefined || head === sha || head === (await peel(git, sha))) return { sha, notice: undefined };
  const trusted = push && images.some(({ tags }) => tags.some(({ kind }) => /^(?:sha|semver)/.test(kind)));
  const differs = `the checkout is at ${head}, but the run is for ${sha}`;
  if (!trusted)
    return {
      sha,
      notice: `${differs[0]?.toUpperCase()}${differs.slice(1)}: the image's labels name the run's commit.`,
    };
  throw new ActionError({
    what: 'another commit than that of the run is checked out',
    why: `${differs}: the image of one commit would get the tag of the other, which promotion trusts`,
    next: 'Nothing was built. Check out the commit of the run (actions/checkout without `ref`), or set `commit: checkout` to build, tag and label the images as those of the checked-out commit.',
  });
}

async function checkedOutCommit(git: Git): Promise<CommitSha | undefined> {
  try {
    return toCommit(await git(['rev-parse', '--quiet', '--verify', 'HEAD']));
  } catch (error) {
    if (error instanceof ToolMissingError) return undefined;
    throw error;
  }
}

const peel = async (git: Git, sha: CommitSha): Promise<CommitSha | undefined> =>
  toCommit(await git(['rev-parse', '--quiet', '--verify', `${sha}^{commit}`]));

function toCommit({ exitCode, stdout }: { exitCode: number; stdout: string }): CommitSha | undefined {
  const parsed = parseCommitSha(stdout.trim());
  return exitCode === 0 && 'value' in parsed ? parsed.value : undefined;
}

function noCheckoutError(workspace: string): ActionError {
  return new ActionError({
    what: 'no commit is checked out',
    why: `\`commit: checkout\` takes the commit of the checkout, and ${workspace} is not a Git checkout`,
    next: 'Run actions/checkout before this step, or remove `commit: checkout`.',
  });
}
