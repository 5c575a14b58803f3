import { invalid } from '../errors.ts';
import type { RepositoryCall } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { Pull } from '../store/types.ts';
import { checkTexts } from './create.ts';
import { emitPull } from './events.ts';
import { closePull, updatePullRefs } from './sync.ts';

/** What is not given stays. */
export interface PullUpdate {
  title?: string | undefined;
  body?: string | null | undefined;
  state?: 'open' | 'closed' | undefined;
  base?: string | undefined;
  maintainerCanModify?: boolean | undefined;
}

/** Changes, closes or reopens a pull request. The caller holds the repository's lock. @throws ApiError 422 */
export async function updatePull(call: RepositoryCall, pull: Pull, update: PullUpdate): Promise<Pull> {
  const { core, repository } = call;
  const git = core.git(repository);
  checkTexts({ ...(update.title === undefined ? {} : { title: update.title }), body: update.body ?? null });
  const base = update.base === undefined ? undefined : await git.ref(`refs/heads/${update.base}`);
  if (update.base !== undefined && !base) throw invalid('PullRequest', 'base');
  const reopens = update.state === 'open' && pull.state === 'closed';
  const head = await git.ref(`refs/heads/${pull.headRef}`);
  if (reopens && (pull.mergedAt !== null || !head))
    throw invalid('PullRequest', 'state', { message: 'state cannot be changed.' });
  const changed: Pull = {
    ...pull,
    title: update.title ?? pull.title,
    body: update.body === undefined ? pull.body : update.body,
    baseRef: update.base ?? pull.baseRef,
    baseSha: base?.oid ?? pull.baseSha,
    headSha: reopens && head ? head.oid : pull.headSha,
    maintainerCanModify: update.maintainerCanModify ?? pull.maintainerCanModify,
    state: reopens ? 'open' : pull.state,
    closedAt: reopens ? null : pull.closedAt,
    updatedAt: now(),
  };
  if (update.state === 'closed' && pull.state === 'open') return closePull(call, changed);
  const saved =
    changed.state === 'open'
      ? await updatePullRefs(call, changed)
      : core.store.pulls.put(repository.id, pull.number, changed);
  await emitPull(call, saved, { action: reopens ? 'reopened' : 'edited' });
  return saved;
}
