import { numberAt } from '../data.ts';
import { findScalings } from './hpa.ts';
import { problemAt, type ResourceRule } from './rule.ts';

export const hpaReplicas: ResourceRule = {
  id: 'hpa-replicas',
  level: 'error',
  title: 'A workload that an autoscaler scales sets replicas too',
  help: 'Every deployment resets the number of pods to `replicas`, and with server-side apply the two conflict over the field. Remove `replicas` from the template when the autoscaler is enabled.',
  check: (scope) =>
    findScalings(scope).flatMap(({ hpa, target, targetLabel }) =>
      target !== undefined && numberAt(target.object, 'spec', 'replicas') !== undefined
        ? [
            problemAt(
              target,
              ['spec', 'replicas'],
              `${targetLabel} sets replicas, but HorizontalPodAutoscaler/${hpa.name} scales it`,
            ),
          ]
        : [],
    ),
};
