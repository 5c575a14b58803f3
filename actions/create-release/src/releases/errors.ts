import { ActionError } from '../../../lib/errors.ts';
import { explainRequestError, responseMessage, statusOf } from '../../../lib/requests/github.ts';

const PERMISSION = 'contents: write';

/** Responses of GitHub with the status 422 and a known cause, by their message. */
const KNOWN_ERRORS: readonly { message: RegExp; why: string; next: string }[] = [
  {
    message: /tag_name was used by an immutable release/i,
    why: 'an immutable release once had this tag, and such a tag can never be released again, even after the release was deleted',
    next: 'Release a new version.',
  },
  {
    message: /immutable/i,
    why: 'the release is immutable: its files and its tag have been locked since it was published',
    next: 'Release a new version. The name and text of an immutable release can still be changed with `update: true`.',
  },
  {
    message: /rule violations|creations being restricted|cannot (create|update) ref|protected/i,
    why: 'a rule of the repository protects the tag',
    next: 'Add the token to the bypass list of the rule (Settings, Rules), or push the tag with an account that can bypass it, then run the step again.',
  },
  {
    message: /target_commitish/i,
    why: 'the server does not accept the commit that the tag would be created on',
    next: 'Set `target` to a branch or a commit of this repository.',
  },
  {
    message: /published releases must have a valid tag/i,
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
  const known = statusOf(error) === 422 ? KNOWN_ERRORS.find((known) => known.message.test(message)) : undefined;
  if (known === undefined) return explainRequestError(error, action, PERMISSION);
  return new ActionError({
    what: `${action} was refused`,
    why: `${known.why} (${message})`,
    next: known.next,
    cause: error,
  });
}

/** Run `work`, and replace the error of a failed request by the error to show for it. */
export async function withExplanation<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainReleaseError(error, action);
  }
}

/** Whether a name is taken: GitHub's 422 with the code `already_exists`. */
export function isAlreadyExists(error: unknown): boolean {
  return statusOf(error) === 422 && /already.exists/i.test(responseMessage(error) + JSON.stringify(getData(error)));
}

function getData(error: unknown): unknown {
  return (error as { response?: { data?: unknown } }).response?.data ?? {};
}
