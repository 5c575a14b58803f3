import { triggersWorkflows } from '../events.ts';
import { simpleUser } from '../present/account.ts';
import { presentPull } from '../present/pull.ts';
import { presentRepository } from '../present/repository.ts';
import type { RepositoryCall } from '../repository-call.ts';
import type { Pull } from '../store/types.ts';
import { countPull } from './counts.ts';

export interface PullChange {
  action:
    | 'opened'
    | 'synchronize'
    | 'closed'
    | 'reopened'
    | 'edited'
    | 'labeled'
    | 'ready_for_review'
    | 'converted_to_draft';
  /** Of `synchronize`: the head before and after. */
  before?: string;
  after?: string;
}

/** Emits the event of a pull request: https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request */
export async function emitPull(call: RepositoryCall, pull: Pull, change: PullChange): Promise<void> {
  const { core, repository, actor } = call;
  const { action, ...more } = change;
  const merged = pull.mergedAt !== null;
  core.events.emit({
    name: 'pull_request',
    repository: `${repository.owner}/${repository.name}`,
    // A workflow runs on the test merge while the pull request is open, and on the base after the merge.
    ref: merged ? `refs/heads/${pull.baseRef}` : `refs/pull/${pull.number}/merge`,
    sha: (merged ? pull.mergeCommitSha : pull.testMergeSha) ?? pull.headSha,
    actor: actor.account.login,
    triggersWorkflows: triggersWorkflows(actor),
    payload: {
      action,
      number: pull.number,
      pull_request: presentPull(call, pull, await countPull(call, pull)),
      ...more,
      repository: presentRepository(call),
      sender: simpleUser(core.urls, actor.account),
    },
  });
}
