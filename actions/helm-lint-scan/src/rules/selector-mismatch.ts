import { matchesSelector, selectorAt } from '../manifests/selectors.ts';
import { type ResourceRule, wrong } from './rule.ts';

const SELECTING = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

export const selectorMismatch: ResourceRule = {
  id: 'selector-mismatch',
  level: 'error',
  title: "A workload's selector does not match its own pods",
  help: 'The API rejects it. Every label of `spec.selector` must be among the labels of `spec.template`. A selector cannot be changed later, so it should not contain a version.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, kind, labels }) => {
      const selector = SELECTING.has(kind) ? selectorAt(resource.object, 'selector') : undefined;
      return selector === undefined || matchesSelector(selector, labels)
        ? []
        : [wrong(resource, ['spec', 'selector'], 'selects other labels than its pod template has')];
    }),
};

const VERSION_LABELS = ['app.kubernetes.io/version', 'helm.sh/chart'];

export const selectorVersion: ResourceRule = {
  id: 'selector-version',
  level: 'error',
  title: 'A selector contains a label that changes with each version',
  help: 'A selector cannot be changed: the next version of the chart will be rejected. Remove the version and the chart from the selector labels.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, kind }) => {
      const selector = SELECTING.has(kind) ? selectorAt(resource.object, 'selector') : undefined;
      return VERSION_LABELS.filter((label) => Object.hasOwn(Object(selector?.matchLabels), label)).map((label) =>
        wrong(
          resource,
          ['spec', 'selector', 'matchLabels', label],
          `selects by ${label}, which changes with each version`,
        ),
      );
    }),
};
