import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import type { Pull, Repository } from '../store/types.ts';
import { mergePull } from './merge.ts';

/**
 * Merges the open pull requests with this head that were set to merge by themselves, if nothing is in their way any more.
 * The caller holds the repository's lock.
 */
export async function mergeReady(core: Core, repository: Repository, headSha: string): Promise<void> {
  const waiting = core.store.pulls
    .list(repository.id)
    .filter((pull) => pull.state === 'open' && pull.autoMerge !== null && pull.headSha === headSha);
  for (const pull of waiting) await mergeIfReady(core, repository, pull);
}

async function mergeIfReady(core: Core, repository: Repository, pull: Pull): Promise<void> {
  const { autoMerge } = pull;
  if (!autoMerge) return;
  const account = core.accountOf(autoMerge.login);
  const actor = {
    account,
    token: { token: '', login: account.login, kind: autoMerge.kind, permissions: 'all' } as const,
  };
  try {
    await mergePull(core, repository, actor, pull, {
      method: autoMerge.method,
      ...(autoMerge.title === '' ? {} : { title: autoMerge.title }),
      ...(autoMerge.message === '' ? {} : { message: autoMerge.message }),
    });
  } catch (error) {
    // Still in its way: a conflict or a check. It stays set to merge by itself.
    if (!(error instanceof ApiError)) throw error;
  }
}
