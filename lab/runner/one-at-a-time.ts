import { isMap, parseDocument } from 'yaml';

/**
 * act 0.2.89 evaluates the secrets of a called workflow into a map that its jobs share (pkg/runner/expression.go, getWorkflowSecrets), and a
 * job's outputs into one that the jobs of a matrix share (run_context.go, interpolateOutputs). Two of them at a time end it with
 * "fatal error: concurrent map iteration and map write", so nothing of a run goes on beside another part of it. These arguments hold back the
 * jobs that need no other; act counts those of a matrix by themselves (runner.go, NewPlanExecutor): see {@link serialMatrices}.
 */
export const ONE_JOB_AT_A_TIME: readonly string[] = ['--concurrent-jobs', '1'];

/** A workflow file in which the jobs of a matrix run one after the other. A text that is not YAML is left to act, which says what is wrong. */
export function serialMatrices(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get('jobs');
  if (document.errors.length > 0 || !isMap(jobs)) return text;
  for (const { value: job } of jobs.items) {
    if (isMap(job) && isMap(job.get('strategy'))) job.setIn(['strategy', 'max-parallel'], 1);
  }
  return document.toString({ lineWidth: 0 });
}
