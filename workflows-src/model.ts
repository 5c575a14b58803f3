/**
 * The types of workflows. They come from GitHub's workflow schema, narrowed to what the policy of this project allows: every job has
 * permissions and a time limit, and a step has known keys only (the schema's step type accepts any key).
 */
import type { GeneratedWorkflowTypes as Schema } from '@github-actions-workflow-ts/lib';

/** A string that GitHub evaluates: `${{ needs.build.outputs.images }}`. */
export type Expression = `\${{ ${string} }}`;

export type Permissions = Schema.PermissionsEvent;

interface CommonStep {
  id?: string;
  name?: string;
  /** Without `${{ }}`. */
  if?: string;
  env?: Record<string, string>;
}

export interface UsesStep extends CommonStep {
  uses: string;
  with?: Record<string, string | number | boolean>;
}

/** One command, without shell operators. */
export interface RunStep extends CommonStep {
  run: string;
}

export type Step = UsesStep | RunStep;

export interface Job extends Omit<Schema.NormalJob, 'steps' | 'permissions' | 'timeout-minutes' | 'if' | 'env'> {
  if?: string;
  permissions: Permissions;
  'timeout-minutes': number;
  steps: Step[];
}

export interface Workflow extends Omit<Schema.Workflow, 'on' | 'jobs' | 'permissions' | 'env'> {
  name: string;
  on: Exclude<Schema.Workflow['on'], string | readonly string[]>;
  /** Empty: each job declares what it needs. */
  permissions: Record<string, never>;
  env?: Record<string, string>;
  jobs: Record<string, Job>;
}
