import { ApiError } from '../errors.ts';
import type { RepositoryScope } from '../repository-call.ts';
import type { Pull } from '../store/types.ts';
import { mergePull } from './merge.ts';

/**
 * Merges the open pull requests with this head that merge automatically, if nothing blocks them any more.
 * The caller holds the repository's lock.
 */
export async function mergeReady(scope: RepositoryScope, headSha: string): Promise<void> {
  const { core, repository } = scope;
  const waiting = core.store.pulls
    .list(repository.id)
    .filter((pull) => pull.state === 'open' && pull.autoMerge !== null && pull.headSha === headSha);
  for (const pull of waiting) await mergeIfReady(scope, pull);
}

async function mergeIfReady(scope: RepositoryScope, pull: Pull): Promise<void> {
  const { autoMerge } = pull;
  if (!autoMerge) return;
  const account = scope.core.getAccount(autoMerge.login);
  const token = { token: '', login: account.login, kind: autoMerge.kind, permissions: 'all' } as const;
  try {
    await mergePull({ ...scope, actor: { account, token } }, pull, {
      method: autoMerge.method,
      ...(autoMerge.title === '' ? {} : { title: autoMerge.title }),
      ...(autoMerge.message === '' ? {} : { message: autoMerge.message }),
    });
  } catch (error) {
    // Still blocked, by a conflict or a check: it stays set to merge automatically.
    if (!(error instanceof ApiError)) throw error;
  }
}
