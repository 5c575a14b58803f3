import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { triggersWorkflows } from '../events.ts';
import { simpleUser } from '../present/account.ts';
import { presentPull } from '../present/pull.ts';
import { presentRepository } from '../present/repository.ts';
import type { Pull, Repository } from '../store/types.ts';
import { countsOf } from './counts.ts';

export type PullAction = 'opened' | 'synchronize' | 'closed' | 'reopened' | 'edited' | 'labeled';

/** Tells of a pull request: https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request */
export async function emitPull(
  core: Core,
  repository: Repository,
  actor: Actor,
  pull: Pull,
  action: PullAction,
  more: Record<string, unknown> = {},
): Promise<void> {
  const merged = pull.mergedAt !== null;
  core.events.emit({
    name: 'pull_request',
    repository: `${repository.owner}/${repository.name}`,
    // A workflow runs on the test merge while the pull request is open, and on the base when it was merged.
    ref: merged ? `refs/heads/${pull.baseRef}` : `refs/pull/${pull.number}/merge`,
    sha: (merged ? pull.mergeCommitSha : pull.testMergeSha) ?? pull.headSha,
    actor: actor.account.login,
    triggersWorkflows: triggersWorkflows(actor),
    payload: {
      action,
      number: pull.number,
      pull_request: presentPull(core, repository, pull, await countsOf(core, repository, pull)),
      ...more,
      repository: presentRepository(core, repository),
      sender: simpleUser(core.urls, actor.account),
    },
  });
}
