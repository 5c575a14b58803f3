import { ActionError } from '../../../lib/errors.ts';
import { explainRequestError, responseMessage, statusOf } from '../../../lib/requests/github.ts';

const PERMISSION = 'contents: write';

/** Responses of GitHub with the status 422 that have a cause of their own, by their words. */
const KNOWN_ERRORS: readonly { words: RegExp; why: string; next: string }[] = [
  {
    words: /tag_name was used by an immutable release/i,
    why: 'an immutable release once had this tag, and such a tag can never be released again, even after the release was deleted',
    next: 'Release a new version.',
  },
  {
    words: /immutable/i,
    why: 'the release is immutable: its files and its tag have been locked since it was published',
    next: 'Release a new version. The name and text of an immutable release can still be changed with `update: true`.',
  },
  {
    words: /rule violations|creations being restricted|cannot (create|update) ref|protected/i,
    why: 'a rule of the repository protects the tag',
    next: 'Add the token to the bypass list of the rule (Settings, Rules), or push the tag with an account that can bypass it, then run the step again.',
  },
  {
    words: /target_commitish/i,
    why: 'the server does not accept the commit that the tag would be created on',
    next: 'Set `target` to a branch or a commit of this repository.',
  },
  {
    words: /published releases must have a valid tag/i,
    why: 'the tag no longer exists',
    next: 'Push the tag again, or set `target` so that publishing creates it.',
  },
];

/**
 * The error to show for a failed request about releases.
 * @param action a noun phrase: "publishing the release v1.4.2"
 */
export function explainReleaseError(error: unknown, action: string): Error {
  const message = responseMessage(error);
  const refusal = statusOf(error) === 422 ? KNOWN_ERRORS.find(({ words }) => words.test(message)) : undefined;
  if (refusal === undefined) return explainRequestError(error, action, PERMISSION);
  return new ActionError({
    what: `${action} was refused`,
    why: `${refusal.why} (${message})`,
    next: refusal.next,
    cause: error,
  });
}

/** Do the work; a failed request becomes the error to show for it. */
export async function withExplanation<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainReleaseError(error, action);
  }
}

/** Whether a name is taken: GitHub's 422 with the code `already_exists`. */
export function isAlreadyExists(error: unknown): boolean {
  return statusOf(error) === 422 && /already.exists/i.test(responseMessage(error) + JSON.stringify(dataOf(error)));
}

function dataOf(error: unknown): unknown {
  return (error as { response?: { data?: unknown } }).response?.data ?? {};
}
