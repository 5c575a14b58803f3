import { ActionError } from '../../../lib/errors.ts';
import { explainRequestError, isRateLimit, responseMessage, statusOf } from '../../../lib/requests/github.ts';

const PERMISSION = 'contents: write';

/** Responses of GitHub with the status 422 and a known cause, by their message. */
interface KnownError {
  message: RegExp;
  why: string;
  next: string;
  /** Whether the same draft can never be published. */
  isPermanent?: true;
}

const KNOWN_ERRORS: readonly KnownError[] = [
  {
    message: /tag_name was used by an immutable release/i,
    why: 'an immutable release once had this tag, and such a tag can never be released again, even after the release was deleted',
    next: 'Release a new version.',
    isPermanent: true,
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
    isPermanent: true,
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
 * @param createsTag whether the request would create the tag
 */
export function explainReleaseError(error: unknown, action: string, { createsTag = false } = {}): Error {
  const message = responseMessage(error);
  const known = findKnownError(error);
  if (known !== undefined) {
    return new ActionError({
      what: `${action} was refused`,
      why: `${known.why} (${message})`,
      next: known.next,
      cause: error,
    });
  }
  const explained = explainRequestError(error, action, PERMISSION);
  const status = statusOf(error);
  const isRefused = explained instanceof ActionError && (status === 404 || (status === 403 && !isRateLimit(error)));
  if (!createsTag || !isRefused) return explained;
  const { what, why, next } = explained;
  return new ActionError({ what, why, next: `${next}\n${WORKFLOW_FILES}`, cause: error });
}

/** https://docs.github.com/rest/releases/releases#create-a-release */
const WORKFLOW_FILES =
  'If the commits of the target change files in .github/workflows that the default branch does not have, GitHub refuses to create the tag, and the job token can never pass: push the tag first, or pass the token of an app with `workflows: write`.';

function findKnownError(error: unknown): KnownError | undefined {
  const message = responseMessage(error);
  return statusOf(error) === 422 ? KNOWN_ERRORS.find((known) => known.message.test(message)) : undefined;
}

/** Whether the same draft can never be published: its tag is burnt, or a rule forbids it. */
export const isPermanentRefusal = (error: unknown): boolean => findKnownError(error)?.isPermanent === true;

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
