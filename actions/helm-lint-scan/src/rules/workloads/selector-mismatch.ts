import { matchesSelector, selectorAt } from '../../manifests/selectors.ts';
import { problemAt, type ResourceRule } from '../rule.ts';

const KINDS_WITH_SELECTOR = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

export const selectorMismatch: ResourceRule = {
  id: 'selector-mismatch',
  level: 'error',
  title: "A workload's selector does not match its own pods",
  help: 'The API rejects it. Every label of `spec.selector` must be among the labels of `spec.template`. A selector cannot be changed later, so it should not contain a version.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, kind, labels }) => {
      const selector = KINDS_WITH_SELECTOR.has(kind) ? selectorAt(resource.object, 'selector') : undefined;
      return selector === undefined || matchesSelector(selector, labels)
        ? []
        : [problemAt(resource, ['spec', 'selector'], 'does not match the labels of its pod template')];
    }),
};

/** Labels that change with each version of a chart or its application. */
export const VERSION_LABELS: readonly string[] = ['app.kubernetes.io/version', 'helm.sh/chart'];

export const selectorVersion: ResourceRule = {
  id: 'selector-version',
  level: 'error',
  title: 'A selector contains a label that changes with each version',
  help: 'A selector cannot be changed: the next version of the chart will be rejected. Remove the version and the chart from the selector labels.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, kind }) => {
      const selector = KINDS_WITH_SELECTOR.has(kind) ? selectorAt(resource.object, 'selector') : undefined;
      return VERSION_LABELS.filter((label) => Object.hasOwn(Object(selector?.matchLabels), label)).map((label) =>
        problemAt(
          resource,
          ['spec', 'selector', 'matchLabels', label],
          `selects by ${label}, which changes with each version`,
        ),
      );
    }),
};
