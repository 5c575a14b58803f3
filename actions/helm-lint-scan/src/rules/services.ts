import { at, listAt, numberAt, textAt } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { matchesLabels } from '../manifests/selectors.ts';
import { labelsAt, type Workload } from '../manifests/workloads.ts';
import { namespaceIn, ofKind, type ResourceRule, type Scope, wrong } from './rule.ts';

interface Selection {
  service: Resource;
  workloads: Workload[];
}

/** The services that select pods, and the workloads whose pods they select. */
function selections(scope: Scope): Selection[] {
  return ofKind(scope, 'Service')
    .filter(
      ({ apiVersion, object }) => apiVersion === 'v1' && Object.keys(labelsAt(object, 'spec', 'selector')).length > 0,
    )
    .map((service) => ({
      service,
      workloads: scope.workloads.filter(
        ({ resource, labels }) =>
          namespaceIn(scope, resource) === namespaceIn(scope, service) &&
          matchesLabels(labelsAt(service.object, 'spec', 'selector'), labels),
      ),
    }));
}

export const serviceSelectsNothing: ResourceRule = {
  id: 'service-selects-nothing',
  level: 'warning',
  title: 'A service selects no pod',
  help: 'Its selector must be part of the labels of a pod template in the same namespace; otherwise it has no endpoints and every request fails.',
  check: (scope) =>
    selections(scope).flatMap(({ service, workloads }) =>
      workloads.length === 0 ? [wrong(service, ['spec', 'selector'], 'selects no pod of the rendered workloads')] : [],
    ),
};

/** The names and numbers of the ports that a workload's containers declare. */
function declaredPorts({ containers }: Workload): { names: Set<string>; numbers: Set<number> } {
  const ports = containers.filter(({ role }) => role !== 'init').flatMap(({ spec }) => listAt(spec, 'ports'));
  return {
    names: new Set(ports.flatMap((port) => textAt(port, 'name') ?? [])),
    numbers: new Set(ports.flatMap((port) => numberAt(port, 'containerPort') ?? [])),
  };
}

export const servicePort: ResourceRule = {
  id: 'service-port',
  level: 'error',
  title: 'A service sends to a port that its pods do not have',
  help: 'A named `targetPort` must be the name of a container port of the pods that the service selects.',
  check: (scope) =>
    selections(scope).flatMap(({ service, workloads }) =>
      listAt(service.object, 'spec', 'ports').flatMap((port, index) => {
        const target = at(port, 'targetPort');
        if (typeof target !== 'string' || workloads.length === 0) return [];
        if (workloads.some((workload) => declaredPorts(workload).names.has(target))) return [];
        return [
          wrong(
            service,
            ['spec', 'ports', index, 'targetPort'],
            `sends to the port ${target}, which no container of ${workloads.map(({ resource }) => resource.name).join(', ')} has`,
          ),
        ];
      }),
    ),
};

export const servicePortUndeclared: ResourceRule = {
  id: 'service-port-undeclared',
  level: 'note',
  title: 'A service sends to a port that no container declares',
  help: 'It works when the process listens there all the same; but a wrong number looks just like this. Declare the port and use its name.',
  check: (scope) =>
    selections(scope).flatMap(({ service, workloads }) =>
      listAt(service.object, 'spec', 'ports').flatMap((port, index) => {
        const target = at(port, 'targetPort') ?? at(port, 'port');
        if (typeof target !== 'number' || workloads.length === 0) return [];
        if (workloads.some((workload) => declaredPorts(workload).numbers.has(target))) return [];
        const key = at(port, 'targetPort') === undefined ? 'port' : 'targetPort';
        return [
          wrong(
            service,
            ['spec', 'ports', index, key],
            `sends to port ${target}, which no selected container declares`,
          ),
        ];
      }),
    ),
};
