/** Mutations that merge pull requests: https://docs.github.com/graphql/reference/mutations */

import { mergePull } from '../pulls/merge.ts';
import type { MergeMethod, Pull } from '../store/types.ts';
import { changePull, type Payload, type PullInput, rejectFields } from './change-pull.ts';
import { type Context, requirePermission } from './context.ts';
import { GraphqlError } from './errors.ts';
import { isClean } from './merge-state.ts';

function requireHead(pull: Pull, expected: string | null | undefined): void {
  if (!expected || expected === pull.headSha) return;
  throw new GraphqlError('UNPROCESSABLE', `Head branch was modified. Review and try the merge again.`);
}

interface MergeInput extends PullInput {
  mergeMethod?: string | null;
  commitHeadline?: string | null;
  commitBody?: string | null;
  expectedHeadOid?: string | null;
}

const toMethod = ({ mergeMethod }: MergeInput): MergeMethod => (mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod;

export function mergePullRequest({ input }: { input: MergeInput }, context: Context): Payload {
  rejectFields('MergePullRequestInput', input, ['authorEmail']);
  return changePull(context, input, (request, pull) => {
    requirePermission(request, ['contents', 'write']);
    requireHead(pull, input.expectedHeadOid);
    const { commitHeadline: title, commitBody: message } = input;
    return mergePull(request, pull, {
      method: toMethod(input),
      ...(title ? { title } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    });
  });
}

export function enablePullRequestAutoMerge({ input }: { input: MergeInput }, context: Context): Payload {
  rejectFields('EnablePullRequestAutoMergeInput', input, ['authorEmail']);
  return changePull(context, input, async (request, pull) => {
    const { core, repository, actor } = request;
    const method = toMethod(input);
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
    const { account, token } = actor;
    const [title, message] = [input.commitHeadline ?? '', input.commitBody ?? ''];
    const autoMerge = { login: account.login, kind: token.kind, method, title, message };
    return core.store.pulls.put(repository.id, pull.number, { ...pull, autoMerge });
  });
}

export function disablePullRequestAutoMerge({ input }: { input: PullInput }, context: Context): Payload {
  return changePull(context, input, ({ core, repository }, pull) => {
    if (!pull.autoMerge) {
      throw new GraphqlError('UNPROCESSABLE', "Can't disable auto-merge for this pull request.");
    }
    return core.store.pulls.put(repository.id, pull.number, { ...pull, autoMerge: null });
  });
}
