import { at, isData, listAt } from '../../data.ts';
import { selectorAt } from '../../manifests/selectors.ts';
import { effectiveNamespace, problemAt, type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { hasOtherPods, selectWorkloads } from '../selection.ts';

const findPolicies = (scope: Scope) =>
  resourcesOfKind(scope, 'NetworkPolicy').filter(({ apiVersion }) => apiVersion.startsWith('networking.k8s.io/'));

export const networkPolicySelectsNothing: ResourceRule = {
  id: 'network-policy-selects-nothing',
  level: 'warning',
  severity: 4,
  title: 'A network policy selects no pod',
  help: 'Its `podSelector` must match the labels of a pod template in the same namespace; otherwise it protects nothing.',
  check: (scope) =>
    findPolicies(scope).flatMap((policy) => {
      const selector = selectorAt(policy.object, 'podSelector');
      // An empty selector selects the whole namespace.
      if (selector === undefined || Object.keys(selector).length === 0) return [];
      const namespace = effectiveNamespace(scope, policy);
      return selectWorkloads(scope, namespace, selector).length > 0 || hasOtherPods(scope, namespace, selector)
        ? []
        : [problemAt(policy, ['spec', 'podSelector'], 'selects no pod of the rendered workloads')];
    }),
};

/** A rule without peers and ports allows all traffic. */
const allowsAll = (rule: unknown, peers: string): boolean =>
  isData(rule) && listAt(rule, peers).length === 0 && listAt(rule, 'ports').length === 0;

export const networkPolicyAllowsAll: ResourceRule = {
  id: 'network-policy-allows-all',
  level: 'warning',
  severity: 4,
  title: 'A network policy allows all traffic',
  help: 'An empty rule in `ingress` allows every sender on every port: the policy does nothing. Name the senders or the ports.',
  check: (scope) =>
    findPolicies(scope).flatMap((policy) =>
      listAt(policy.object, 'spec', 'ingress').flatMap((rule, index) =>
        allowsAll(rule, 'from') || at(rule, 'from', 0) === null
          ? [problemAt(policy, ['spec', 'ingress', index], 'allows every sender on every port')]
          : [],
      ),
    ),
};
