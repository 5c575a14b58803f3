import { at, type Path } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import type { LevelledProblem } from '../bundled.ts';
import type { ServerContext } from './field.ts';

/** From this version on the API server looks at the pods and claims of a StatefulSet. */
const FIRST_WITH_PODS = 34;

/**
 * A problem in the pods or claims of a StatefulSet is a warning for versions that accept it: they refuse only what its
 * controller creates, so that nothing starts.
 * Source: `ValidateStatefulSetSpec` in pkg/apis/apps/validation/validation.go, and
 * https://github.com/kubernetes/kubernetes/pull/131790 and https://github.com/kubernetes/kubernetes/pull/132212
 */
export function markStatefulSetPods(
  problem: LevelledProblem,
  { apiVersion, kind }: Resource,
  { minor }: ServerContext,
): LevelledProblem {
  const isAccepted = `${apiVersion}/${kind}` === 'apps/v1/StatefulSet' && minor < FIRST_WITH_PODS;
  if (!isAccepted || !isOfPods(problem.path)) return problem;
  const message = `${problem.message} (Kubernetes 1.${minor} accepts the StatefulSet and refuses what is created for it)`;
  return { ...problem, level: 'warning', message };
}

/** The same of a problem that the schema finds: what is not absent cannot be decoded, which every version refuses. */
export function markAbsentInPods(
  problem: LevelledProblem,
  resource: Resource,
  context: ServerContext,
): LevelledProblem {
  const isAbsent = problem.about !== 'key' && (at(resource.object, ...problem.path) ?? null) === null;
  return isAbsent ? markStatefulSetPods(problem, resource, context) : problem;
}

/** What every version checks, beside the labels and annotations of the template. */
const ALWAYS_CHECKED = ['restartPolicy', 'activeDeadlineSeconds'];

function isOfPods([spec, part, within, key]: Path): boolean {
  if (spec !== 'spec') return false;
  if (part === 'volumeClaimTemplates') return true;
  return part === 'template' && within === 'spec' && !ALWAYS_CHECKED.includes(String(key));
}
