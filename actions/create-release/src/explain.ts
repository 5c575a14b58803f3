import { ActionError } from '../../lib/errors.ts';
import { explainRequestError, responseMessage, statusOf } from '../../lib/github.ts';

const PERMISSION = 'contents: write';

/** GitHub's refusals (422) that have a cause of their own, by words of the answer. */
const REFUSALS: readonly { words: RegExp; why: string; next: string }[] = [
  {
    words: /tag_name was used by an immutable release/i,
    why: 'an immutable release had this tag once, and such a tag can never be released again, even after the release was deleted',
    next: 'Release a new version.',
  },
  {
    words: /immutable/i,
    why: 'the release is immutable: its files and its tag are locked since it was published',
    next: 'Release a new version. Name and text of an immutable release can still be changed with `update: true`.',
  },
  {
    words: /rule violations|creations being restricted|cannot (create|update) ref|protected/i,
    why: 'a rule of the repository protects the tag',
    next: 'Let the token past the rule (Settings, Rules, Bypass list), or push the tag with an account that may, and run the step again.',
  },
  {
    words: /target_commitish/i,
    why: 'the server does not accept the commit on which the tag would be made',
    next: 'Give `target` as a branch or a commit of this repository.',
  },
  {
    words: /published releases must have a valid tag/i,
    why: 'the tag does not exist any more',
    next: 'Push the tag again, or give `target` so that publishing makes it.',
  },
];

/**
 * The error for a user from a failed request about releases.
 * @param action a noun phrase: "publishing the release v1.4.2"
 */
export function explain(error: unknown, action: string): Error {
  const answer = responseMessage(error);
  const refusal = statusOf(error) === 422 ? REFUSALS.find(({ words }) => words.test(answer)) : undefined;
  if (refusal === undefined) return explainRequestError(error, action, PERMISSION);
  return new ActionError({
    what: `${action} was refused`,
    why: `${refusal.why} (${answer})`,
    next: refusal.next,
    cause: error,
  });
}

/** Do the work; a failed request becomes an error for the user. */
export async function explained<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error, action);
  }
}

/** Whether a name is already taken: GitHub's 422 with the code `already_exists`. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 422 && /already.exists/i.test(responseMessage(error) + JSON.stringify(dataOf(error)));
}

function dataOf(error: unknown): unknown {
  return (error as { response?: { data?: unknown } }).response?.data ?? {};
}
