import { parse } from 'yaml';

/** The parts of a workflow file that the runner needs; act reads the file itself. */
export interface Workflow {
  /** `.github/workflows/build.yml` */
  path: string;
  name: string;
  on: unknown;
  jobs: string[];
  /**
   * The union of the jobs' `permissions:`. act gives all jobs of a run the same token, so it needs the permissions of all of
   * them.
   */
  permissions: Record<string, 'read' | 'write'>;
  /** By job: every `uses:` of the job and its steps that names a repository: `actions/checkout@3d3c42e…`. */
  uses: Record<string, string[]>;
}

type Mapping = Record<string, unknown>;
const toMapping = (value: unknown): Mapping => (typeof value === 'object' && value !== null ? (value as Mapping) : {});

/** @throws if `text` is not valid YAML; GitHub shows such a file as a failed run */
export function readWorkflow(path: string, text: string): Workflow {
  const workflow = toMapping(parse(text));
  const jobs = Object.entries(toMapping(workflow.jobs)).map(([id, job]) => [id, toMapping(job)] as const);
  return {
    path,
    name: typeof workflow.name === 'string' ? workflow.name : path,
    on: workflow.on,
    jobs: jobs.map(([id]) => id),
    permissions: mergePermissions(jobs.map(([, job]) => toMapping(job.permissions ?? workflow.permissions))),
    uses: Object.fromEntries(jobs.map(([id, job]) => [id, collectUses(job)])),
  };
}

function collectUses(job: Mapping): string[] {
  const steps = Array.isArray(job.steps) ? job.steps.map(toMapping) : [];
  const values = [job.uses, ...steps.map((step) => step.uses)];
  return [...new Set(values.filter((uses): uses is string => typeof uses === 'string' && !uses.startsWith('./')))];
}

function mergePermissions(permissions: readonly Mapping[]): Record<string, 'read' | 'write'> {
  const merged: Record<string, 'read' | 'write'> = {};
  for (const [scope, level] of permissions.flatMap((mapping) => Object.entries(mapping))) {
    if (level === 'write' || (level === 'read' && merged[scope] !== 'write'))
      merged[scope.replaceAll('-', '_')] = level;
  }
  return merged;
}
