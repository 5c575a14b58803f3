import { isRefName, ZERO } from '../git/repository.ts';
import { findViolations, moveRef, passedChecks } from '../refs/changes.ts';
import type { Move } from '../refs/move.ts';
import { violationMessage } from '../refs/rules.ts';
import type { MergeMethod, Pull } from '../store/types.ts';
import { type Context, type RepositoryRequest, requirePermission, resolveNode } from './context.ts';
import { GraphqlError } from './errors.ts';
import { presentActor } from './objects.ts';
import { presentPullNode } from './pulls.ts';

interface RefUpdate {
  name: string;
  afterOid: string;
  beforeOid?: string | null;
  force?: boolean | null;
}

export interface UpdateRefsInput {
  repositoryId: string;
  refUpdates: RefUpdate[];
  clientMutationId?: string | null;
}

/** Updates several refs, all or none: https://docs.github.com/graphql/reference/mutations#updaterefs */
export async function updateRefs(
  context: Context,
  { input }: { input: UpdateRefsInput },
): Promise<Record<string, unknown>> {
  const { request } = resolveNode(context, input.repositoryId);
  requirePermission(request, ['contents', 'write']);
  await request.core.locks.run(request.repository.id, async () => {
    const moves = await Promise.all(input.refUpdates.map((update) => planMove(request, update)));
    // Check all of them before the first update.
    for (const move of moves) {
      const sentences = await findViolations(request, move);
      if (sentences.length > 0) throw new GraphqlError(undefined, violationMessage(sentences));
    }
    for (const move of moves) if (move.before !== move.after) await moveRef(request, move);
  });
  return { clientMutationId: input.clientMutationId ?? null };
}

async function planMove({ core, repository }: RepositoryRequest, update: RefUpdate): Promise<Move> {
  const git = core.git(repository);
  const { name, afterOid, beforeOid, force } = update;
  if (!/^refs\/(heads|tags)\/./.test(name) || !(await isRefName(name))) {
    throw new GraphqlError('UNPROCESSABLE', `"${name}" is not a valid ref name`);
  }
  const before = (await git.ref(name))?.oid ?? ZERO;
  if (beforeOid && beforeOid !== before) {
    throw new GraphqlError('STALE_DATA', `Expected "${name}" to point to "${beforeOid}" but it did not.`);
  }
  if (afterOid !== ZERO && !(await git.info(afterOid))) {
    throw new GraphqlError('NOT_FOUND', `The object ${afterOid} does not exist`);
  }
  const isUpdate = before !== ZERO && afterOid !== ZERO;
  if (isUpdate && !force && !(await git.isAncestor(before, afterOid))) {
    throw new GraphqlError('UNPROCESSABLE', `The update of "${name}" is not a fast forward`);
  }
  return { ref: name, before, after: afterOid };
}

export interface AutoMergeInput {
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
  const { request, key } = resolveNode(context, input.pullRequestId);
  const { core, repository, actor } = request;
  const method = (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod;
  requirePermission(request, ['pull_requests', 'write']);
  const changed = await core.locks.run(repository.id, async () => {
    const pull = core.store.pulls.get(repository.id, key);
    if (!pull) throw new GraphqlError('NOT_FOUND', 'Could not resolve to a PullRequest');
    if (!repository.allowAutoMerge) {
      throw new GraphqlError('UNPROCESSABLE', 'Auto merge is not allowed for this repository');
    }
    if (input.expectedHeadOid && input.expectedHeadOid !== pull.headSha) {
      throw new GraphqlError('STALE_DATA', `Head of the pull request is not ${input.expectedHeadOid}`);
    }
    if (await isClean(request, pull, method)) {
      // GitHub's own sentence, with its doubled words. Clients look for it.
      throw new GraphqlError('UNPROCESSABLE', 'Pull request Pull request is in clean status');
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
    pullRequest: presentPullNode(request, changed),
  };
}

/** Whether it could be merged at once. GitHub then rejects automatic merging. */
async function isClean(request: RepositoryRequest, pull: Pull, method: MergeMethod): Promise<boolean> {
  if (pull.state !== 'open' || !pull.testMergeSha) return false;
  const move = {
    ref: `refs/heads/${pull.baseRef}`,
    before: pull.baseSha,
    after: pull.testMergeSha,
    byPullRequest: method,
  };
  const sentences = await findViolations(request, move, {
    passedChecks: async () => passedChecks(request, pull.headSha),
  });
  return sentences.length === 0;
}
