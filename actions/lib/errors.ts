/**
 * The errors a user can meet. Each has three parts: what failed, why, and what to do next.
 * Anything else that is thrown is a defect of ours and is reported as one.
 */

export interface ErrorParts {
  /** What failed, as a short noun phrase: "the login to ghcr.io was refused". */
  what: string;
  /** Why, in one or two sentences, with the tool's or the server's own words where they help. */
  why: string;
  /** What the user should do next, as a sentence. */
  next: string;
  cause?: unknown;
}

/** An error with a sentence for the user and the next step. */
export class ActionError extends Error {
  override name = 'ActionError';
  readonly what: string;
  readonly why: string;
  readonly next: string;

  constructor({ what, why, next, cause }: ErrorParts) {
    super(`${what}: ${why}`, { cause });
    this.what = what;
    this.why = why;
    this.next = next;
  }
}

/** One thing wrong with the inputs. */
export interface InputFault {
  /** The input's name in `action.yml`. */
  input: string;
  /** The value as given, or `undefined` when it is missing. Secret values are never put here. */
  value?: string;
  /** What is wrong with it: "is required", "is not a boolean". */
  problem: string;
  /** A value that would be accepted. */
  example: string;
}

const shown = (value: string): string => JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);

/** Every fault in the inputs, found before anything was done. */
export class InputError extends ActionError {
  override name = 'InputError';
  readonly faults: readonly InputFault[];

  constructor(faults: readonly InputFault[]) {
    const lines = faults.map(({ input, value, problem, example }) => {
      const given = value === undefined ? '' : ` (given: ${shown(value)})`;
      return `${input} ${problem}${given}; for example: ${example}`;
    });
    super({
      what: faults.length === 1 ? `input ${faults[0]?.input} is wrong` : `${faults.length} inputs are wrong`,
      why: lines.join('\n'),
      next: "Correct the step's `with:` block. Nothing was done.",
    });
    this.faults = faults;
  }
}

/** A path as text of one line: a name may hold a line break. */
export function shownPath(path: string): string {
  return /\p{Cc}/u.test(path) ? JSON.stringify(path) : path;
}

/** A path that an input names or finds, and why it must not be used. */
export interface RefusedPath {
  /** As the repository names it. */
  path: string;
  /** "leads out of the workspace (a link)" */
  problem: string;
}

/** Paths of an input that must not be used. */
export class PathError extends ActionError {
  override name = 'PathError';

  constructor(input: string, paths: readonly RefusedPath[]) {
    super({
      what: `input ${input} is wrong`,
      why: paths.map(({ path, problem }) => `${shownPath(path)} ${problem}`).join('\n'),
      next: `Let ${input} name plain files and folders of the workspace, through no link that leads elsewhere.`,
    });
  }
}

/** The token may not do what was asked: HTTP 403 or, where a resource is hidden, 404. */
export class PermissionError extends ActionError {
  override name = 'PermissionError';

  /**
   * @param action what was refused, as a noun phrase: "creating a release"
   * @param permission the line the job's `permissions:` block needs: "contents: write"
   * @param answer the server's own words
   */
  constructor(action: string, permission: string, answer: string, cause?: unknown) {
    super({
      what: `${action} was refused`,
      why: answer,
      next: `Give the job \`permissions: { ${permission} }\`, or pass a token that may do it.`,
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

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
