import { scalings } from './hpa.ts';
import { type ResourceRule, wrong } from './rule.ts';

export const hpaTargetMissing: ResourceRule = {
  id: 'hpa-target-missing',
  level: 'error',
  title: 'An autoscaler scales something that is not there',
  help: '`scaleTargetRef` must name, with its kind, a workload of the same namespace. When another chart brings the target, switch this rule off for it.',
  check: (scope) =>
    scalings(scope).flatMap(({ hpa, target, targetLabel }) =>
      target === undefined
        ? [
            wrong(
              hpa,
              ['spec', 'scaleTargetRef', 'name'],
              `scales ${targetLabel}, which is not among the rendered resources`,
            ),
          ]
        : [],
    ),
};
