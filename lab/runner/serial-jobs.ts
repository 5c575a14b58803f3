import { isMap, parseDocument } from 'yaml';

/**
 * act 0.2.89 evaluates the secrets of a called workflow into a map that its jobs share (pkg/runner/expression.go, getWorkflowSecrets), and a
 * job's outputs into a map that the jobs of a matrix share (run_context.go, interpolateOutputs). With two concurrent jobs it crashes with
 * "fatal error: concurrent map iteration and map write", so all jobs of a run are serialized. These arguments serialize independent jobs;
 * act counts the jobs of a matrix separately (runner.go, NewPlanExecutor): see {@link serializeMatrices}.
 */
export const SERIAL_JOBS_ARGS: readonly string[] = ['--concurrent-jobs', '1'];

/** Serializes the jobs of each matrix in a workflow file. Invalid YAML is returned unchanged, because act reports it. */
export function serializeMatrices(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get('jobs');
  if (document.errors.length > 0 || !isMap(jobs)) return text;
  for (const { value: job } of jobs.items) {
    if (isMap(job) && isMap(job.get('strategy'))) job.setIn(['strategy', 'max-parallel'], 1);
  }
  return document.toString({ lineWidth: 0 });
}
