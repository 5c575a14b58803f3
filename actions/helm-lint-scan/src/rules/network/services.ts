import { at, listAt, numberAt, stringAt } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import { labelsAt, type Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, problemAt, type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { hasOtherPods, selectWorkloads } from '../selection.ts';

interface Selection {
  service: Resource;
  workloads: readonly Workload[];
}

/** The services that select pods, and the workloads whose pods they select. */
function findSelections(scope: Scope): Selection[] {
  return resourcesOfKind(scope, 'Service').flatMap((service) => {
    const selector = labelSelector(service);
    return service.apiVersion === 'v1' && Object.keys(selector.matchLabels).length > 0
      ? [{ service, workloads: selectWorkloads(scope, effectiveNamespace(scope, service), selector) }]
      : [];
  });
}

const labelSelector = ({ object }: Resource) => ({ matchLabels: labelsAt(object, 'spec', 'selector') });

export const serviceSelectsNothing: ResourceRule = {
  id: 'service-selects-nothing',
  level: 'warning',
  title: 'A service selects no pod',
  help: 'Its selector must be part of the labels of a pod template in the same namespace; otherwise it has no endpoints and every request fails.',
  check: (scope) =>
    findSelections(scope).flatMap(({ service, workloads }) =>
      workloads.length === 0 && !hasOtherPods(scope, effectiveNamespace(scope, service), labelSelector(service))
        ? [problemAt(service, ['spec', 'selector'], 'selects no pod of the rendered workloads')]
        : [],
    ),
};

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
