import { findScalings } from './hpa.ts';
import { problemAt, type ResourceRule } from './rule.ts';

export const hpaTargetMissing: ResourceRule = {
  id: 'hpa-target-missing',
  level: 'error',
  title: 'An autoscaler scales a workload that does not exist',
  help: '`scaleTargetRef` must name, with its kind, a workload of the same namespace. If another chart contains the target, turn this rule off.',
  check: (scope) =>
    findScalings(scope).flatMap(({ hpa, target, targetLabel }) =>
      target === undefined
        ? [
            problemAt(
              hpa,
              ['spec', 'scaleTargetRef', 'name'],
              `scales ${targetLabel}, which is not among the rendered resources`,
            ),
          ]
        : [],
    ),
};
