import { stringAt } from '../../data.ts';
import { matchesLabels } from '../../manifests/selectors.ts';
import { labelsAt, type Workload } from '../../manifests/workloads.ts';
import { type Problem, problemAt, type ResourceRule, type Scope } from '../rule.ts';
import { checkExists, lookupOf, type Reference, targetOf } from './lookup.ts';

export const statefulSetService: ResourceRule = {
  id: 'stateful-set-service',
  level: 'warning',
  title: "A StatefulSet's service does not exist or selects other pods",
  help: 'The pods get names in the DNS, such as `db-0.db`, from the service that `serviceName` names, and only if it selects them. It is a note if nothing in the chart has a similar name, because another chart may contain the service. Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id',
  check: (scope) =>
    scope.workloads.flatMap((workload) => (workload.kind === 'StatefulSet' ? checkService(scope, workload) : [])),
};

function checkService(scope: Scope, { resource, labels }: Workload): Problem[] {
  const name = stringAt(resource.object, 'spec', 'serviceName') ?? '';
  if (name === '') return [];
  const path = ['spec', 'serviceName'];
  const reference: Reference = { resource, path, group: '', kind: 'Service', name, verb: 'has its names from' };
  const found = lookupOf(scope).find(targetOf(scope, reference));
  if (found.state !== 'present') return checkExists(scope, reference);
  // Without a selector, something else writes the endpoints.
  const selects = found.resources.some(({ object }) => matchesLabels(labelsAt(object, 'spec', 'selector'), labels));
  return selects
    ? []
    : [problemAt(resource, path, `has its names from the Service ${name}, which does not select its pods`)];
}
