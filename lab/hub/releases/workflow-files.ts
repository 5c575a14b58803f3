import type { Actor } from '../accounts.ts';
import { ApiError, notFound } from '../errors.ts';
import { mayChangeWorkflows, WORKFLOWS } from '../refs/workflow-files.ts';
import type { RepositoryCall } from '../repository-call.ts';

/**
 * A release whose target adds or modifies workflow files relative to the default branch requires a token that may change
 * them: https://docs.github.com/rest/releases/releases#create-a-release
 * @throws ApiError 404, or 403 for the token of an app, which GitHub's description both allows
 */
export async function requireKnownWorkflows(call: RepositoryCall, target: string): Promise<void> {
  const { core, repository, actor } = call;
  if (mayChangeWorkflows(actor)) return;
  const git = core.git(repository);
  const [base, head] = await Promise.all([git.resolveCommit(repository.defaultBranch), git.resolveCommit(target)]);
  if (!base || !head || base === head) return;
  const args = ['diff', '--name-only', '--diff-filter=d', '--no-renames', base, head, '--', WORKFLOWS];
  if ((await git.git(args)) !== '') throw refusal(actor);
}

function refusal(actor: Actor): ApiError {
  return actor.token.kind === 'job' ? notFound() : new ApiError(403, 'Resource not accessible by integration');
}
