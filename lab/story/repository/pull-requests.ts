import type { Expectations } from '../expectations.ts';
import { type WorkflowRun, waitForRun } from '../hub-client.ts';
import type { World } from '../world.ts';
import type { Clone } from './clone.ts';
import { REQUIRED_CHECK } from './set-up.ts';

export type Progress = (line: string) => void;

/** A change of the repository, as a developer makes one. */
export interface Change {
  /** Of the branch; the commit it starts from is added. */
  name: string;
  title: string;
  body: string;
  /** Makes the branch's commits in a clone of main. */
  make(clone: Clone): Promise<unknown>;
}

/** Brings a change to main the only way there is: a pull request whose check passes, merged. Returns the commit on main. */
export async function mergeChange(
  { developer, where, openClone }: World,
  expect: Expectations,
  progress: Progress,
  { name, title, body, make }: Change,
): Promise<string> {
  const clone = await openClone();
  const branch = `${name}-${(await clone.git('rev-parse', '--short=12', 'HEAD')).trim()}`;
  await clone.git('checkout', '--quiet', '-B', branch);
  await make(clone);
  const head = (await clone.git('rev-parse', 'HEAD')).trim();
  await clone.git('push', '--quiet', '--force', 'origin', branch);

  const { data: pull } = await developer.pulls.create({ ...where, title, head: branch, base: 'main', body });
  progress(`pull request #${pull.number}: its check runs`);
  const check = await waitForRun(developer, where, { workflow: 'ci.yml', sha: head });
  expect.equal(`the check "${REQUIRED_CHECK}" of the pull request passes`, check.conclusion, 'success');
  const { data: merged } = await developer.pulls.merge({ ...where, pull_number: pull.number, merge_method: 'merge' });
  return merged.sha;
}

/** Waits until the run of a workflow on a commit has succeeded; if it fails, the end of its log is shown. */
export async function expectRun(
  { developer, where, admin }: World,
  expect: Expectations,
  progress: Progress,
  wanted: { workflow: string; sha: string; on: string; after?: number },
): Promise<WorkflowRun> {
  const run = await waitForRun(developer, where, wanted);
  if (run.conclusion !== 'success') progress((await admin.runLog(run.id)).split('\n').slice(-40).join('\n'));
  expect.equal(`${wanted.workflow} runs on the ${wanted.on} and succeeds`, run.conclusion, 'success');
  return run;
}
