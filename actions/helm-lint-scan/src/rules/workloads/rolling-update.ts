import { at } from '../../data.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { minimumPods, toPodCount } from '../availability/pods.ts';
import { missingAt, type Problem, problemAt, type ResourceRule, type Scope } from '../rule.ts';

const ROLLING_UPDATE = ['spec', 'strategy', 'rollingUpdate'];
const PATH = [...ROLLING_UPDATE, 'maxUnavailable'];
/** Of maxUnavailable and of maxSurge. */
const DEFAULT = '25%';

export const rollingUpdate: ResourceRule = {
  id: 'rolling-update',
  level: 'warning',
  title: 'A rollout may remove pods before new ones are ready',
  help: 'With `maxUnavailable: 0` the capacity never falls below the desired one; `maxSurge` then allows additional new pods. The default is 25 %, rounded down. Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment',
  check: (scope) =>
    scope.workloads.flatMap((workload) => (workload.kind === 'Deployment' ? checkDeployment(scope, workload) : [])),
};

function checkDeployment(scope: Scope, workload: Workload): Problem[] {
  const { resource } = workload;
  if (at(resource.object, 'spec', 'strategy', 'type') === 'Recreate')
    return [problemAt(resource, ['spec', 'strategy', 'type'], 'stops every pod before it starts new ones (Recreate)')];
  const pods = minimumPods(scope, workload);
  const removed = removablePods(resource.object, pods);
  if (removed === 0) return [];
  const given = at(resource.object, ...PATH);
  const effect = `${removed} of ${pods} pods may be removed before new ones are ready`;
  return [
    given === undefined
      ? missingAt(
          resource,
          PATH,
          `does not set rollingUpdate.maxUnavailable, which is ${DEFAULT} by default: ${effect}`,
        )
      : problemAt(resource, PATH, `sets rollingUpdate.maxUnavailable to ${String(given)}: ${effect}`),
  ];
}

/**
 * How many pods a rollout may remove before new ones are ready. Where neither a pod may be removed nor one be added, it removes one.
 * Source: `ResolveFenceposts` of https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/util/deployment_util.go
 */
function removablePods(deployment: unknown, pods: number): number {
  // The schema reports a value that is neither a number nor a percentage.
  const unavailable = toPodCount(at(deployment, ...PATH) ?? DEFAULT, pods, Math.floor) ?? 0;
  const surge = toPodCount(at(deployment, ...ROLLING_UPDATE, 'maxSurge') ?? DEFAULT, pods, Math.ceil) ?? 1;
  return Math.min(unavailable === 0 && surge === 0 ? 1 : unavailable, pods);
}
