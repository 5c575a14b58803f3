import { ApiError } from '../errors.ts';
import type { MergeMethod } from '../store/types.ts';
import { violationMessage } from './rules.ts';

/** A change of one ref. */
export interface Move {
  ref: string;
  /** `ZERO` when the ref is new. */
  before: string;
  /** `ZERO` when the ref is deleted. */
  after: string;
  /** How a pull request is merged, when its merge makes the change. */
  byPullRequest?: MergeMethod;
}

/** GitHub's response to a change that violates rules. */
export class RuleViolation extends ApiError {
  /** One sentence per violated rule. */
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    super(422, violationMessage(sentences));
    this.sentences = sentences;
  }
}
