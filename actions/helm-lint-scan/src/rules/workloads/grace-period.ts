import { at, listAt, numberAt } from '../../data.ts';
import type { Container } from '../../manifests/workloads.ts';
import { checkServingContainers, problemAt, type ResourceRule } from '../rule.ts';

/** The seconds that a container sleeps before it gets the signal to stop, by the `sleep` action or a command. */
function preStopSeconds({ spec }: Container): number {
  const declared = numberAt(spec, 'lifecycle', 'preStop', 'sleep', 'seconds');
  if (declared !== undefined) return declared;
  const command = listAt(spec, 'lifecycle', 'preStop', 'exec', 'command').map(String).join(' ');
  return Number(/\bsleep\s+(\d+)/.exec(command)?.[1] ?? 0);
}

export const gracePeriod: ResourceRule = {
  id: 'grace-period',
  level: 'error',
  title: 'The grace period ends before the preStop hook does',
  help: 'The time of the hook counts inside `terminationGracePeriodSeconds`: the container is killed while requests are in progress. Set the period to the time of the hook, plus the longest request, plus a margin. Source: https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-execution',
  check: (scope) =>
    checkServingContainers(scope, (container, { pod, podPath, resource }) => {
      const sleep = preStopSeconds(container);
      const grace = numberAt(pod, 'terminationGracePeriodSeconds') ?? 30;
      if (sleep === 0 || grace > sleep) return [];
      const given = at(pod, 'terminationGracePeriodSeconds') !== undefined;
      const path = given ? [...podPath, 'terminationGracePeriodSeconds'] : [...container.path, 'lifecycle', 'preStop'];
      return [
        problemAt(
          resource,
          path,
          `container ${container.name} sleeps ${sleep} s before it stops, but is killed after ${grace} s`,
        ),
      ];
    }),
};
