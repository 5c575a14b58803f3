import { ToolMissingError } from '../../../lib/errors.ts';
import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import type { Git } from '../commits/git.ts';

/** The commits of a branch that are later than the run's, the latest first. None when there are none, or when they are unknown. */
export type LaterCommits = (branch: string) => Promise<readonly CommitSha[]>;

/** How many are looked at. */
const MAX_COMMITS = 50;
/** The Git host is asked for one ref. */
const REMOTE_SECONDS = 20;

/**
 * The later commits that the checkout knows, and the head of the branch at the Git host, which a shallow checkout does not have.
 * Without an answer of the Git host (no remote, no credentials) the checkout alone counts.
 */
export function createLaterCommits(git: Git, sha: CommitSha): LaterCommits {
  return async (branch) => {
    try {
      const [known, head] = await Promise.all([knownCommits(git, sha, branch), remoteHead(git, branch)]);
      if (head === undefined || known.includes(head)) return known;
      if (head === sha || (await isAncestor(git, head, sha))) return [];
      return [head, ...known];
    } catch (error) {
      if (error instanceof ToolMissingError) return [];
      throw error;
    }
  };
}

/** Along the first parents: a commit of a merged branch is not a state of this branch. */
async function knownCommits(git: Git, sha: CommitSha, branch: string): Promise<CommitSha[]> {
  const names = [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`];
  const refs = lines(await git(['for-each-ref', '--format=%(refname)', ...names])).filter((ref) => names.includes(ref));
  // A checkout of a commit alone may have the branch under another name.
  const tips = refs.length > 0 ? refs : ['--branches', '--remotes'];
  const options = ['--topo-order', '--first-parent', '--ancestry-path', `--max-count=${MAX_COMMITS}`];
  return lines(await git(['rev-list', ...options, ...tips, `^${sha}`])).flatMap(toCommit);
}

async function remoteHead(git: Git, branch: string): Promise<CommitSha | undefined> {
  const result = await git(['ls-remote', 'origin', `refs/heads/${branch}`], REMOTE_SECONDS);
  return lines(result)
    .flatMap((line) => toCommit(line.split('\t')[0] ?? ''))
    .at(0);
}

async function isAncestor(git: Git, older: CommitSha, newer: CommitSha): Promise<boolean> {
  return (await git(['merge-base', '--is-ancestor', older, newer])).exitCode === 0;
}

function lines({ exitCode, stdout }: { exitCode: number; stdout: string }): string[] {
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}

function toCommit(text: string): CommitSha[] {
  const parsed = parseCommitSha(text);
  return 'value' in parsed ? [parsed.value] : [];
}
