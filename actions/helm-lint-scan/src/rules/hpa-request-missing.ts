import { at } from '../data.ts';
import { findScalings, utilizationResources } from './hpa.ts';
import { missingAt, type ResourceRule } from './rule.ts';

export const hpaRequestMissing: ResourceRule = {
  id: 'hpa-request-missing',
  level: 'error',
  title: 'An autoscaler uses the utilization of pods that have no requests',
  help: 'Utilization is a share of the request: unless every container has one, the autoscaler does nothing. Set `resources.requests`. Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details',
  check: (scope) =>
    findScalings(scope).flatMap((scaling) =>
      utilizationResources(scaling).flatMap((resource) =>
        (scaling.workload?.containers ?? [])
          .filter(({ role, spec }) => {
            // The API uses the limit as the request when only the limit is set.
            const request = at(spec, 'resources', 'requests', resource) ?? at(spec, 'resources', 'limits', resource);
            return (
              role !== 'init' &&
              request === undefined &&
              at(scaling.workload?.pod, 'resources', 'requests', resource) === undefined
            );
          })
          .flatMap(({ name, path }) =>
            scaling.target === undefined
              ? []
              : [
                  missingAt(
                    scaling.target,
                    [...path, 'resources', 'requests', resource],
                    `container ${name} requests no ${resource}, but HorizontalPodAutoscaler/${scaling.hpa.name} scales on its utilization`,
                  ),
                ],
          ),
      ),
    ),
};
