import { notFound } from '../errors.ts';
import type { Call } from '../rest/call.ts';
import type { Pull } from '../store/types.ts';

/**
 * The pull request that a path parameter names. The hub has no issues other than pull requests.
 * @throws ApiError 404
 */
export function findPull(call: Call, parameter: 'pull_number' | 'issue_number'): Pull {
  const pull = call.core.store.pulls.get(call.repository.id, call.number(parameter));
  if (!pull) throw notFound();
  return pull;
}
