import { ApiError, invalid } from '../errors.ts';
import type { RepositoryCall } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { Pull } from '../store/types.ts';
import { emitPull } from './events.ts';
import { updatePullRefs } from './sync.ts';

export interface NewPull {
  title: string;
  /** A branch, also as `OWNER:BRANCH`. */
  head: string;
  base: string;
  body: string | null;
  draft: boolean;
  maintainerCanModify: boolean;
}

/** GitHub's limits, in characters. Its issues have them too, which is why the errors name those. */
const LIMITS = { title: 256, body: 65_536 } as const;

/** @throws ApiError 422 with all texts that are too long */
export function checkTexts(texts: { title?: string; body?: string | null }): void {
  const errors = (['title', 'body'] as const)
    .filter((field) => [...(texts[field] ?? '')].length > LIMITS[field])
    .map((field) => {
      const message = `${field} is too long (maximum is ${LIMITS[field]} characters)`;
      return { resource: 'Issue', code: 'custom', field, message } as const;
    });
  if (errors.length > 0) throw new ApiError(422, 'Validation Failed', { errors });
}

/** Opens a pull request. The caller holds the repository's lock. @throws ApiError 422 */
export async function createPull(call: RepositoryCall, request: NewPull): Promise<Pull> {
  const { core, repository } = call;
  const git = core.git(repository);
  checkTexts(request);
  const headRef = request.head.startsWith(`${repository.owner}:`)
    ? request.head.slice(repository.owner.length + 1)
    : request.head;
  const head = await git.ref(`refs/heads/${headRef}`);
  const base = await git.ref(`refs/heads/${request.base}`);
  if (!head) throw invalid('PullRequest', 'head');
  if (!base) throw invalid('PullRequest', 'base');
  const existing = core.store.pulls
    .list(repository.id)
    .find((pull) => pull.state === 'open' && pull.headRef === headRef && pull.baseRef === request.base);
  const custom = (message: string): ApiError =>
    new ApiError(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] });
  if (existing) throw custom(`A pull request already exists for ${repository.owner}:${headRef}.`);
  if (await git.isAncestor(head.oid, base.oid)) {
    throw custom(`No commits between ${request.base} and ${headRef}`);
  }
  const time = now();
  const pull: Pull = {
    id: core.store.nextId(),
    number: core.store.nextNumber(repository),
    title: request.title,
    body: request.body,
    login: call.actor.account.login,
    state: 'open',
    draft: request.draft,
    headRef,
    headSha: head.oid,
    baseRef: request.base,
    baseSha: base.oid,
    testMergeSha: null,
    mergeCommitSha: null,
    mergedBy: null,
    maintainerCanModify: request.maintainerCanModify,
    labels: [],
    assignees: [],
    requestedReviewers: [],
    requestedTeams: [],
    autoMerge: null,
    createdAt: time,
    updatedAt: time,
    closedAt: null,
    mergedAt: null,
  };
  core.changes.created('pull', pull.id);
  const opened = await updatePullRefs(call, pull);
  await emitPull(call, opened, { action: 'opened' });
  return opened;
}
