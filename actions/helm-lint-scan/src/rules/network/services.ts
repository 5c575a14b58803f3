import { at, listAt, numberAt, stringAt } from '../../data.ts';
import { isPodOwner } from '../../manifests/custom-resources.ts';
import type { Resource } from '../../manifests/resource.ts';
import { matchesLabels } from '../../manifests/selectors.ts';
import { labelsAt, type Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, problemAt, type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { selectWorkloads } from '../selection.ts';

interface Selection {
  service: Resource;
  workloads: readonly Workload[];
}

/** The services that select pods, and the workloads whose pods they select. */
function findSelections(scope: Scope): Selection[] {
  return resourcesOfKind(scope, 'Service').flatMap((service) => {
    const matchLabels = labelsAt(service.object, 'spec', 'selector');
    return service.apiVersion === 'v1' && Object.keys(matchLabels).length > 0
      ? [{ service, workloads: selectWorkloads(scope, effectiveNamespace(scope, service), { matchLabels }) }]
      : [];
  });
}

export const serviceSelectsNothing: ResourceRule = {
  id: 'service-selects-nothing',
  level: 'warning',
  title: 'A service selects no pod',
  help: 'Its selector must be part of the labels of a pod template in the same namespace; otherwise it has no endpoints and every request fails.',
  check: (scope) =>
    findSelections(scope).flatMap(({ service, workloads }) =>
      workloads.length === 0 && !hasOtherPods(scope, service)
        ? [problemAt(service, ['spec', 'selector'], 'selects no pod of the rendered workloads')]
        : [],
    ),
};

/** Whether the pods of a service are created by something else: by another release, or by the operator of a custom resource. */
function hasOtherPods(scope: Scope, service: Resource): boolean {
  const namespace = effectiveNamespace(scope, service);
  // A chart selects pods that exist in its cluster, such as those of the DNS in kube-system.
  if (namespace === 'kube-system' || (scope.origin === 'chart' && namespace !== scope.namespace)) return true;
  const selector = labelsAt(service.object, 'spec', 'selector');
  return findPodOwners(scope).some(
    (owner) =>
      effectiveNamespace(scope, owner) === namespace &&
      (Object.values(selector).includes(owner.name) ||
        matchesLabels(selector, labelsAt(owner.object, 'spec', 'template', 'metadata', 'labels'))),
  );
}

const podOwners = new WeakMap<Scope, Resource[]>();

/** The custom resources for which an operator may create pods. */
function findPodOwners(scope: Scope): Resource[] {
  const found = podOwners.get(scope) ?? scope.resources.filter(isPodOwner);
  podOwners.set(scope, found);
  return found;
}

interface Ports {
  names: ReadonlySet<string>;
  numbers: ReadonlySet<number>;
}

const cache = new WeakMap<readonly Workload[], Ports>();

/** The names and numbers of the ports that the workloads' containers declare. */
function declaredPorts(workloads: readonly Workload[]): Ports {
  const cached = cache.get(workloads);
  if (cached !== undefined) return cached;
  const ports = workloads.flatMap(({ containers }) =>
    containers.filter(({ role }) => role !== 'init').flatMap(({ spec }) => listAt(spec, 'ports')),
  );
  const declared = {
    names: new Set(ports.flatMap((port) => stringAt(port, 'name') ?? [])),
    numbers: new Set(ports.flatMap((port) => numberAt(port, 'containerPort') ?? [])),
  };
  cache.set(workloads, declared);
  return declared;
}

/** The maximum number of workloads that a message names. */
const MAX_NAMES = 10;

function formatNames(workloads: readonly Workload[]): string {
  const names = workloads.slice(0, MAX_NAMES).map(({ resource }) => resource.name);
  const more = workloads.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export const servicePort: ResourceRule = {
  id: 'service-port',
  level: 'error',
  title: 'A service sends to a port that its pods do not have',
  help: 'A named `targetPort` must be the name of a container port of the pods that the service selects.',
  check: (scope) =>
    findSelections(scope).flatMap(({ service, workloads }) =>
      listAt(service.object, 'spec', 'ports').flatMap((port, index) => {
        const target = at(port, 'targetPort');
        if (typeof target !== 'string' || workloads.length === 0) return [];
        if (declaredPorts(workloads).names.has(target)) return [];
        return [
          problemAt(
            service,
            ['spec', 'ports', index, 'targetPort'],
            `sends to the port ${target}, which no container of ${formatNames(workloads)} has`,
          ),
        ];
      }),
    ),
};

export const servicePortUndeclared: ResourceRule = {
  id: 'service-port-undeclared',
  level: 'note',
  title: 'A service sends to a port that no container declares',
  help: 'It works if the process listens there anyway, but a wrong number looks the same. Declare the port and use its name.',
  check: (scope) =>
    findSelections(scope).flatMap(({ service, workloads }) =>
      listAt(service.object, 'spec', 'ports').flatMap((port, index) => {
        const target = at(port, 'targetPort') ?? at(port, 'port');
        if (typeof target !== 'number' || workloads.length === 0) return [];
        if (declaredPorts(workloads).numbers.has(target)) return [];
        const key = at(port, 'targetPort') === undefined ? 'port' : 'targetPort';
        return [
          problemAt(
            service,
            ['spec', 'ports', index, key],
            `sends to port ${target}, which no selected container declares`,
          ),
        ];
      }),
    ),
};
