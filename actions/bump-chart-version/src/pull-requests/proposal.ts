import { isOwnCommit } from '../commit/message.ts';
import type { Repository, Snapshot } from '../commit/repository.ts';
import type { FileSource } from '../files/file-source.ts';
import type { Settings } from '../inputs/settings.ts';
import { type Plan, pathsOf } from '../plan/plan.ts';
import { changedParts } from './changed-parts.ts';
import { type Contents, existingFiles, isSameFile, withFiles } from './differences.ts';
import type { BranchCommit, PullRequests } from './pull-requests.ts';

/** What a branch proposes to change in its base. */
export interface Proposal {
  /** Its commits, the oldest first. */
  commits: readonly BranchCommit[];
  /** Whether this action created all of them. */
  isOwn: boolean;
  /** Whether all files are known that it changes. */
  isComplete: boolean;
  /** The files that it changes and those that the run looks at: in the common commit, in the branch's head, and in the base. */
  before: Contents;
  after: Contents;
  base: Contents;
  /** The files in the branch's head that the run looks at. */
  source: FileSource;
}

export interface ProposalRequest {
  base: Snapshot;
  branch: string;
  head: Snapshot['head'];
}

/** Compares the head of a branch with its base. `undefined` when the branch has no commit of its own. */
export async function readProposal(
  repository: Repository & PullRequests,
  settings: Settings,
  { base, branch, head }: ProposalRequest,
): Promise<Proposal | undefined> {
  const { commits, mergeBase, files, isComplete } = await repository.compare(base.head, head);
  if (commits.length === 0) return undefined;
  const isOwn = commits.every(isOwnCommit);
  const required = pathsOf(settings);
  const paths = [...new Set([...required, ...files.filter((path) => isOwn || isStructured(path))])];
  const at = (commit: Snapshot['head']): Promise<Snapshot> =>
    repository.read({ branch, commit, paths, history: false });
  const inBase = paths.every((path) => base.files.has(path)) ? base : await at(base.head);
  const before = mergeBase === base.head ? inBase : await at(mergeBase);
  const snapshot = await at(head);
  return {
    commits,
    isOwn,
    isComplete,
    before: existingFiles(before),
    base: existingFiles(inBase),
    after: existingFiles(snapshot),
    source: { ...snapshot, files: new Map([...snapshot.files].filter(([path]) => required.includes(path))) },
  };
}

/** Of a person's commits only these are described. */
const isStructured = (path: string): boolean => /\.(ya?ml|json)$/i.test(path);

/**
 * Whether the branch proposes a change that the run does not make itself, such as another image or another values file:
 * it must not be lost when the run replaces the commits of the branch.
 */
export function holdsOtherChanges({ before, after, isComplete }: Proposal, base: Contents, plan: Plan): boolean {
  if (!isComplete) return true;
  const restated = new Set(changedParts(base, withFiles(base, plan.files)).map(({ key }) => key));
  return changedParts(before, after).some(
    ({ file, key, isPositional }) =>
      !restated.has(key) || (isPositional && !isSameFile(before.get(file), base.get(file))),
  );
}
