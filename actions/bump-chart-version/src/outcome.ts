import type { Plan } from './plan.ts';
import type { Committed } from './repository.ts';

export interface PullRequest {
  number: number;
  url: string;
}

/** What the step did, or would do. */
export interface Outcome {
  plan: Plan;
  /** Where the change is; empty in mode `worktree`. */
  branch: string;
  attempts: number;
  /** `undefined` when nothing was committed. */
  commit: Committed | undefined;
  pullRequest: PullRequest | undefined;
}
