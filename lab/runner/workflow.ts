import { parse } from 'yaml';

/** What the runner needs to know of a workflow file; act reads the rest itself. */
export interface Workflow {
  /** `.github/workflows/build.yml` */
  path: string;
  name: string;
  on: unknown;
  jobs: string[];
  /**
   * What the jobs' `permissions:` ask for, taken together: act hands every job of a run the same token, so the token can be no
   * narrower than the run.
   */
  permissions: Record<string, 'read' | 'write'>;
  /** By job: every `uses:` of its steps, and its own, that names a repository: `actions/checkout@3d3c42e…`. */
  uses: Record<string, string[]>;
}

type Mapping = Record<string, unknown>;
const mapping = (value: unknown): Mapping => (typeof value === 'object' && value !== null ? (value as Mapping) : {});

/** @throws when the text is not YAML; GitHub shows such a file as a failed run */
export function readWorkflow(path: string, text: string): Workflow {
  const workflow = mapping(parse(text));
  const jobs = Object.entries(mapping(workflow.jobs)).map(([id, job]) => [id, mapping(job)] as const);
  return {
    path,
    name: typeof workflow.name === 'string' ? workflow.name : path,
    on: workflow.on,
    jobs: jobs.map(([id]) => id),
    permissions: union(jobs.map(([, job]) => mapping(job.permissions ?? workflow.permissions))),
    uses: Object.fromEntries(jobs.map(([id, job]) => [id, usesOf(job)])),
  };
}

function usesOf(job: Mapping): string[] {
  const steps = Array.isArray(job.steps) ? job.steps.map(mapping) : [];
  const all = [job.uses, ...steps.map((step) => step.uses)];
  return [...new Set(all.filter((each): each is string => typeof each === 'string' && !each.startsWith('./')))];
}

function union(permissions: readonly Mapping[]): Record<string, 'read' | 'write'> {
  const all: Record<string, 'read' | 'write'> = {};
  for (const [scope, level] of permissions.flatMap((each) => Object.entries(each))) {
    if (level === 'write' || (level === 'read' && all[scope] !== 'write')) all[scope.replaceAll('-', '_')] = level;
  }
  return all;
}
