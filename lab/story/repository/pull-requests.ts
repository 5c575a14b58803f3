import type { Stage } from '../act.ts';
import type { Clone } from './clone.ts';
import { REQUIRED_CHECK } from './set-up.ts';
import { waitForRun } from './workflow-runs.ts';

/** A pull request as the developer creates it. */
export interface PullRequestSpec {
  /** Prefix of the branch's name; the commit that it starts from is appended. */
  branch: string;
  title: string;
  body: string;
  /** Creates the branch's commits in a clone of main. */
  commit(clone: Clone): Promise<unknown>;
}

/** Opens a pull request, waits until its check passes, and merges it. Returns the merge commit on main. */
export async function mergePullRequest(
  { world: { developer, repository, createClone }, expect, progress }: Stage,
  { branch: prefix, title, body, commit }: PullRequestSpec,
): Promise<string> {
  const clone = await createClone();
  const branch = `${prefix}-${(await clone.git('rev-parse', '--short=12', 'HEAD')).trim()}`;
  await clone.git('checkout', '--quiet', '-B', branch);
  await commit(clone);
  const head = (await clone.git('rev-parse', 'HEAD')).trim();
  await clone.git('push', '--quiet', '--force', 'origin', branch);

  const { data: pull } = await developer.pulls.create({ ...repository, title, head: branch, base: 'main', body });
  progress(`pull request #${pull.number}: waiting for its check`);
  const check = await waitForRun(developer, repository, { workflow: 'ci.yml', sha: head });
  expect.equal(`the check "${REQUIRED_CHECK}" of the pull request passes`, check.conclusion, 'success');
  const { data: merged } = await developer.pulls.merge({
    ...repository,
    pull_number: pull.number,
    merge_method: 'merge',
  });
  return merged.sha;
}
