/**
 * The errors that a user can get. Each has three parts: what failed, why, and what to do next.
 * Any other error is a bug in the action and is reported as one.
 */

export interface ErrorParts {
  /** What failed, as a short noun phrase: "the login to ghcr.io was refused". */
  what: string;
  /** Why, in one or two sentences, with the tool's or the server's own words where they help. */
  why: string;
  /** What the user should do next, as a sentence. */
  next: string;
  /** The line that is wrong: a path relative to the workspace, and a 1-based line. */
  location?: { file: string; line: number } | undefined;
  cause?: unknown;
}

/** An error with a sentence for the user and the next step. */
export class ActionError extends Error {
  override name = 'ActionError';
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly location: ErrorParts['location'];

  constructor({ what, why, next, location, cause }: ErrorParts) {
    super(`${what}: ${why}`, { cause });
    this.what = what;
    this.why = why;
    this.next = next;
    this.location = location;
  }
}

/** Ends a step whose failures have their annotations already. It is a line of the log, because one failure is one annotation. */
export class ReportedError extends Error {
  override name = 'ReportedError';
}

/** One problem with the inputs. */
export interface InputProblem {
  /** The input's name in `action.yml`. */
  input: string;
  /** The value as given, or `undefined` when it is missing. Never the value of a secret. */
  value?: string;
  /** What is wrong with it: "is required", "is not a boolean". */
  problem: string;
  /** What to do about it, as a clause: "use one of the two". */
  advice?: string;
  /** A value that would be accepted, to be copied. */
  example?: string;
}

const quoteValue = (value: string): string => JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);

function problemLine({ input, value, problem, advice, example }: InputProblem): string {
  return [
    `${input} ${problem}${value === undefined ? '' : ` (given: ${quoteValue(value)})`}`,
    ...(advice === undefined ? [] : [advice]),
    ...(example === undefined ? [] : [`for example: ${example}`]),
  ].join('; ');
}

/** All problems with the inputs, found before anything is done. */
export class InputError extends ActionError {
  override name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super({
      what: problems.length === 1 ? `invalid input ${problems[0]?.input}` : `${problems.length} invalid inputs`,
      why: problems.map(problemLine).join('\n'),
      next: "Correct the step's `with:` block. Nothing has been changed.",
    });
    this.problems = problems;
  }
}

/** A path on one line: a file name can contain a line break. */
export function quotePath(path: string): string {
  return /\p{Cc}/u.test(path) ? JSON.stringify(path) : path;
}

/** A path that an input names or matches and that cannot be used. */
export interface InvalidPath {
  /** Relative to the workspace. */
  path: string;
  /** "leads out of the workspace (a link)" */
  problem: string;
}

/** An input names paths that cannot be used. */
export class PathError extends ActionError {
  override name = 'PathError';

  constructor(input: string, paths: readonly InvalidPath[]) {
    super({
      what: `invalid input ${input}`,
      why: paths.map(({ path, problem }) => `${quotePath(path)} ${problem}`).join('\n'),
      next: `Set ${input} to files and directories inside the workspace, without links that lead out of it.`,
    });
  }
}

/** The token lacks a permission: HTTP 403 or, for a hidden resource, 404. */
export class PermissionError extends ActionError {
  override name = 'PermissionError';

  /**
   * @param action what was refused, as a noun phrase: "creating a release"
   * @param permission the line that the job's `permissions:` block needs: "contents: write"
   * @param response the server's own words, and the error they came with
   */
  constructor(action: string, permission: string, { message, cause }: { message: string; cause?: unknown }) {
    super({
      what: `${action} was refused`,
      why: message,
      next: `Give the job \`permissions: { ${permission} }\`, or pass a token that has that permission.`,
      cause,
    });
  }
}

/** A program that the action needs is not on the PATH. */
export class ToolMissingError extends ActionError {
  override name = 'ToolMissingError';

  constructor(tool: string, next: string, cause?: unknown) {
    super({ what: `${tool} was not found`, why: `${tool} is not on the PATH of this runner`, next, cause });
  }
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
