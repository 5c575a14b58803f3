import { isRefName, ZERO } from '../git/repository.ts';
import { moveRef, passedChecks, violations } from '../refs/changes.ts';
import type { Move } from '../refs/move.ts';
import type { MergeMethod, Pull, Repository } from '../store/types.ts';
import { type Context, demand, repositoryWithId } from './context.ts';
import { GraphqlFault } from './errors.ts';
import { presentActor } from './objects.ts';
import { presentPullNode } from './repository.ts';

interface RefUpdate {
  name: string;
  afterOid: string;
  beforeOid?: string | null;
  force?: boolean | null;
}

interface UpdateRefsInput {
  repositoryId: string;
  refUpdates: RefUpdate[];
  clientMutationId?: string | null;
}

/** Moves several refs, all or none: https://docs.github.com/graphql/reference/mutations#updaterefs */
export async function updateRefs(
  context: Context,
  { input }: { input: UpdateRefsInput },
): Promise<Record<string, unknown>> {
  const { core, actor } = context;
  const { repository } = repositoryWithId(context, input.repositoryId);
  demand(context, repository, ['contents', 'write']);
  await core.locks.run(repository.id, async () => {
    const moves = await Promise.all(input.refUpdates.map((update) => planMove(context, repository, update)));
    // Every move is judged before the first is made.
    for (const move of moves) {
      const sentences = await violations(core, repository, actor, move);
      if (sentences.length > 0)
        throw new GraphqlFault(undefined, `Repository rule violations found\n\n${sentences.join('\n\n')}\n\n`);
    }
    for (const move of moves) if (move.before !== move.after) await moveRef(core, repository, actor, move);
  });
  return { clientMutationId: input.clientMutationId ?? null };
}

async function planMove({ core }: Context, repository: Repository, update: RefUpdate): Promise<Move> {
  const git = core.git(repository);
  const { name, afterOid, beforeOid, force } = update;
  if (!/^refs\/(heads|tags)\/./.test(name) || !(await isRefName(name))) {
    throw new GraphqlFault('UNPROCESSABLE', `"${name}" is not a valid ref name`);
  }
  const before = (await git.ref(name))?.oid ?? ZERO;
  if (beforeOid && beforeOid !== before) {
    throw new GraphqlFault('STALE_DATA', `Expected "${name}" to point to "${beforeOid}" but it did not.`);
  }
  if (afterOid !== ZERO && !(await git.info(afterOid))) {
    throw new GraphqlFault('NOT_FOUND', `There is no object ${afterOid}`);
  }
  const isUpdate = before !== ZERO && afterOid !== ZERO;
  if (isUpdate && !force && !(await git.isAncestor(before, afterOid))) {
    throw new GraphqlFault('UNPROCESSABLE', `The update of "${name}" is not a fast forward`);
  }
  return { ref: name, before, after: afterOid };
}

interface AutoMergeInput {
  pullRequestId: string;
  mergeMethod?: string | null;
  commitHeadline?: string | null;
  commitBody?: string | null;
  expectedHeadOid?: string | null;
  clientMutationId?: string | null;
}

/** https://docs.github.com/graphql/reference/mutations#enablepullrequestautomerge */
export async function enablePullRequestAutoMerge(
  context: Context,
  { input }: { input: AutoMergeInput },
): Promise<Record<string, unknown>> {
  const { core, actor } = context;
  const { repository, rest } = repositoryWithId(context, input.pullRequestId);
  const method = (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod;
  demand(context, repository, ['pull_requests', 'write']);
  const changed = await core.locks.run(repository.id, async () => {
    const pull = core.store.pulls.get(repository.id, rest);
    if (!pull) throw new GraphqlFault('NOT_FOUND', 'Could not resolve to a PullRequest');
    if (!repository.allowAutoMerge) {
      throw new GraphqlFault('UNPROCESSABLE', 'Auto merge is not allowed for this repository');
    }
    if (input.expectedHeadOid && input.expectedHeadOid !== pull.headSha) {
      throw new GraphqlFault('STALE_DATA', `Head of the pull request is not ${input.expectedHeadOid}`);
    }
    if (await isClean(context, repository, pull, method)) {
      // GitHub's own sentence, doubled words and all; clients look for it.
      throw new GraphqlFault('UNPROCESSABLE', 'Pull request Pull request is in clean status');
    }
    return core.store.pulls.put(repository.id, pull.number, {
      ...pull,
      autoMerge: {
        login: actor.account.login,
        kind: actor.token.kind,
        method,
        title: input.commitHeadline ?? '',
        message: input.commitBody ?? '',
      },
    });
  });
  return {
    clientMutationId: input.clientMutationId ?? null,
    actor: presentActor(context, actor.account),
    pullRequest: presentPullNode(context, repository, changed),
  };
}

/** Could it be merged at once? Then GitHub does not take it for an automatic merge. */
async function isClean(
  { core, actor }: Context,
  repository: Repository,
  pull: Pull,
  method: MergeMethod,
): Promise<boolean> {
  if (pull.state !== 'open' || !pull.testMergeSha) return false;
  const move = {
    ref: `refs/heads/${pull.baseRef}`,
    before: pull.baseSha,
    after: pull.testMergeSha,
    byPullRequest: method,
  };
  const sentences = await violations(core, repository, actor, move, {
    passedChecks: async () => passedChecks(core, repository, pull.headSha),
  });
  return sentences.length === 0;
}
