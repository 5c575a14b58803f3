import { ActionError } from '../../../lib/errors.ts';
import { lastLines } from '../../../lib/processes/exec.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { Git } from './git.ts';

/** The state that the checkout is compared with. */
export interface Base {
  /** As in the input: `origin/main`. */
  ref: string;
  /** The commit of the ref. */
  tip: string;
  /** The last commit that the ref and the checkout have in common. */
  mergeBase: string;
}

export const CHANGED_SINCE_EXAMPLE = 'origin/main';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a revision has no control characters
const FORBIDDEN = /[\u0000-\u0020\u007f]/;

/** A revision as Git reads it: a branch, a tag or a commit. Git would take one that begins with `-` for an option. */
export function parseRevision(text: string): Parsed<string> {
  if (text.startsWith('-')) return { problem: 'begins with "-"' };
  if (FORBIDDEN.test(text)) return { problem: 'has a space or a control character' };
  if (text.includes('..')) return { problem: 'is a range, not one commit' };
  if (/^0{40,64}$/.test(text))
    return { problem: 'is the commit that GitHub names for a new branch, which has no base' };
  return { value: text };
}

const FETCH = 'Set `fetch-depth: 0` for actions/checkout, so that it fetches the whole history.';

/**
 * Find the commits that the checkout is compared with.
 * @throws {ActionError} when the checkout does not have them
 */
export async function findBase(git: Git, ref: string): Promise<Base> {
  const shallow = await git(['rev-parse', '--is-shallow-repository']);
  if (shallow.exitCode !== 0)
    throw new ActionError({
      what: 'changed-since needs a Git checkout',
      why: `Git finds none in the workspace: ${lastLines(shallow.stderr, 2)}`,
      next: 'Check out the repository in a step before this one, without the input `path` of actions/checkout.',
    });
  const isShallow = shallow.stdout.trim() === 'true';
  const tip = await resolveCommit(git, ref);
  if (tip === undefined) throw await unknownRevision(git, ref, isShallow);
  const common = await git(['merge-base', tip, 'HEAD']);
  const [mergeBase] = common.stdout.trim().split('\n');
  if (common.exitCode === 0 && mergeBase) return { ref, tip, mergeBase };
  const why = lastLines(common.stderr, 2) || `${ref} and the checkout have no commit in common`;
  throw new ActionError({
    what: `the changes since ${ref} cannot be found`,
    why: isShallow ? `${why}; the checkout is shallow: it has only the newest commits` : why,
    next: isShallow ? FETCH : 'Name a branch or a commit that the checked out branch was created from.',
  });
}

async function resolveCommit(git: Git, ref: string): Promise<string | undefined> {
  const { exitCode, stdout } = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function unknownRevision(git: Git, ref: string, isShallow: boolean): Promise<ActionError> {
  const remote = `origin/${ref}`;
  const hasRemote = (await resolveCommit(git, remote)) !== undefined;
  const depth = isShallow ? ', which is shallow: it has only the newest commits' : '';
  return new ActionError({
    what: `changed-since names ${ref}, which is not in the checkout`,
    why: hasRemote
      ? `there is no branch, tag or commit of this name, but there is ${remote}`
      : `Git finds no branch, tag or commit of this name in the checkout${depth}`,
    next: hasRemote
      ? `Write \`changed-since: ${remote}\`.`
      : `${FETCH} A branch is named with its remote, such as ${CHANGED_SINCE_EXAMPLE}.`,
  });
}
