import { ActionError } from '../../../lib/errors.ts';
import { explainRequestError, responseMessage, statusOf } from '../../../lib/requests/github.ts';

const PULL_REQUEST_PERMISSION = 'pull-requests: write';

/**
 * The response, or an error that explains why there is none.
 * @param action what was attempted, as a noun phrase: "updating pull request 7"
 */
export async function withExplanation<T>(action: string, request: Promise<T>, permission?: string): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw explainPullRequestError(error, action, permission);
  }
}

export function explainPullRequestError(error: unknown, action: string, permission = PULL_REQUEST_PERMISSION): Error {
  if (statusOf(error) === 403 && /not permitted to create or approve/i.test(responseMessage(error))) {
    return new ActionError({
      what: `${action} was refused`,
      why: responseMessage(error),
      next: 'Allow it in the settings under Actions, General ("Allow GitHub Actions to create and approve pull requests"), or pass the token of an app.',
      cause: error,
    });
  }
  return explainRequestError(error, action, permission);
}
