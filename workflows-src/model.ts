/**
 * What a workflow may say here. The parts come from GitHub's own workflow schema, narrowed to what this project's policy allows:
 * every job names its permissions and its time limit, and a step has known keys only (the schema's step type accepts any key).
 */
import type { GeneratedWorkflowTypes as Schema } from '@github-actions-workflow-ts/lib';

/** A text that GitHub evaluates: `${{ needs.build.outputs.images }}`. */
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

/** One command, without a shell's operators. */
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
  /** Nothing for the workflow as a whole; each job says what it needs. */
  permissions: Record<string, never>;
  env?: Record<string, string>;
  jobs: Record<string, Job>;
}
