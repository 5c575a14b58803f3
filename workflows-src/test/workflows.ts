/** The generated files as GitHub reads them: the tests check the YAML, not its TypeScript source. */
import { parse } from 'yaml';
import { workflowFiles } from '../index.ts';

export interface Step {
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

export interface Job {
  name: string;
  if?: string;
  strategy?: unknown;
  environment?: string;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  steps: Step[];
}

export interface Workflow {
  path: string;
  text: string;
  on: Record<string, unknown>;
  permissions: unknown;
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  jobs: Record<string, Job>;
}

export const workflows: Workflow[] = workflowFiles().map(({ path, content }) => ({
  ...(parse(content) as Omit<Workflow, 'path' | 'text'>),
  path,
  text: content,
}));

export function workflow(name: string): Workflow {
  const found = workflows.find(({ path }) => path === `.github/workflows/${name}.yml`);
  if (found === undefined) throw new Error(`no workflow ${name}`);
  return found;
}

export const jobs = workflows.flatMap(({ path, jobs }) =>
  Object.entries(jobs).map(([id, job]) => ({ name: `${path}: ${id}`, job })),
);

export const steps = jobs.flatMap(({ name, job }) =>
  job.steps.map((step, index) => ({ name: `${name}: step ${index + 1}`, step })),
);
