import { isRefName, ZERO } from '../git/repository.ts';
import { findViolations, moveRef } from '../refs/changes.ts';
import type { Move } from '../refs/move.ts';
import { violationMessage } from '../refs/rules.ts';
import { type Context, type RepositoryRequest, requirePermission, resolveNode } from './context.ts';
import { GraphqlError } from './errors.ts';

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

/** Updates several refs, all or none: https://docs.github.com/graphql/reference/mutations#updaterefs */
export async function updateRefs(
  { input }: { input: UpdateRefsInput },
  context: Context,
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
