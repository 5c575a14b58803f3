import { type Data, dataAt, listAt, stringAt } from '../../data.ts';
import { isPodOwner } from '../../manifests/custom-resources.ts';
import { LabelIndex } from '../../manifests/label-index.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import { selectorAt } from '../../manifests/selectors.ts';
import { labelsAt, type Workload } from '../../manifests/workloads.ts';
import { isKustomized } from '../references/made-elsewhere.ts';
import { effectiveNamespace, problemAt, type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { selectWorkloads } from '../selection.ts';

export const monitorSelectsNothing: ResourceRule = {
  id: 'monitor-selects-nothing',
  level: 'warning',
  title: 'A ServiceMonitor or PodMonitor selects nothing',
  help: 'Prometheus then scrapes nothing. The selector of a ServiceMonitor must match the labels of a Service, its `metadata.labels`, and that of a PodMonitor the labels of a pod template. Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor',
  check: (scope) =>
    findMonitors(scope).flatMap(({ monitor, ports, target }) =>
      ports.length === 0
        ? [problemAt(monitor, ['spec', 'selector'], `selects no ${target} of the ${where(scope)}`)]
        : [],
    ),
};

export const monitorPort: ResourceRule = {
  id: 'monitor-port',
  level: 'warning',
  title: 'A ServiceMonitor or PodMonitor uses a port that nothing it selects has',
  help: 'Prometheus then scrapes nothing there. `port` is the name of a port of the Service; of a PodMonitor it is the name of a port of a container. Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Endpoint',
  check: (scope) =>
    findMonitors(scope).flatMap(({ monitor, ports, target, endpoints }) =>
      listAt(monitor.object, 'spec', endpoints).flatMap((endpoint, index) => {
        const port = stringAt(endpoint, 'port') ?? '';
        const message = `scrapes the port ${port}, which no selected ${target} has`;
        return port === '' || ports.length === 0 || ports.some((names) => names.has(port))
          ? []
          : [problemAt(monitor, ['spec', endpoints, index, 'port'], message)];
      }),
    ),
};

const where = ({ origin }: Scope): string => (origin === 'chart' ? 'rendered resources' : 'manifests');

/** A monitor that selects only from the namespaces of these resources, and what it selects. */
interface Monitor {
  monitor: Resource;
  /** The names of the ports that it selects, for each namespace in which it selects anything. */
  ports: readonly ReadonlySet<string>[];
  target: 'service' | 'pod';
  /** The key of the list of endpoints. */
  endpoints: string;
}

const cache = new WeakMap<Scope, Monitor[]>();

function findMonitors(scope: Scope): Monitor[] {
  const found =
    cache.get(scope) ?? (isKustomized(scope) ? [] : [...findServiceMonitors(scope), ...findPodMonitors(scope)]);
  cache.set(scope, found);
  return found;
}

function findServiceMonitors(scope: Scope): Monitor[] {
  const services = new LabelIndex(
    resourcesOfKind(scope, 'Service').filter(({ apiVersion }) => apiVersion === 'v1'),
    {
      namespace: (service) => effectiveNamespace(scope, service),
      labels: ({ object }) => labelsAt(object, 'metadata', 'labels'),
    },
  );
  const namesOf = rememberNames(({ object }: Resource) => listAt(object, 'spec', 'ports'));
  return findSelectors(scope, 'ServiceMonitor').map(({ monitor, selector, namespaces }) => ({
    monitor,
    ports: namespaces.flatMap((namespace) => namesOf(services.select(namespace, selector))),
    target: 'service',
    endpoints: 'endpoints',
  }));
}

function findPodMonitors(scope: Scope): Monitor[] {
  const namesOf = rememberNames(({ containers }: Workload) => containers.flatMap(({ spec }) => listAt(spec, 'ports')));
  return findSelectors(scope, 'PodMonitor').map(({ monitor, selector, namespaces }) => ({
    monitor,
    ports: namespaces.flatMap((namespace) => namesOf(selectWorkloads(scope, namespace, selector))),
    target: 'pod',
    endpoints: 'podMetricsEndpoints',
  }));
}

/** Reads the names of the ports of what is selected, once for each selection; none if nothing is selected. */
function rememberNames<T>(portsOf: (item: T) => unknown[]): (selected: readonly T[]) => ReadonlySet<string>[] {
  const known = new Map<readonly T[], ReadonlySet<string>>();
  return (selected) => {
    if (selected.length === 0) return [];
    const names =
      known.get(selected) ??
      new Set(selected.flatMap((item) => portsOf(item).flatMap((port) => stringAt(port, 'name') ?? [])));
    known.set(selected, names);
    return [names];
  };
}

interface Selector {
  monitor: Resource;
  selector: Data;
  namespaces: readonly string[];
}

function findSelectors(scope: Scope, kind: string): Selector[] {
  const owners = new Set(scope.resources.filter(isPodOwner).map(({ name }) => name));
  const known = new Set(
    [...resourcesOfKind(scope, 'Service'), ...scope.workloads.map(({ resource }) => resource)].map((resource) =>
      effectiveNamespace(scope, resource),
    ),
  );
  return resourcesOfKind(scope, kind)
    .filter(({ apiVersion }) => apiGroup(apiVersion) === 'monitoring.coreos.com')
    .flatMap((monitor) => {
      const selector = selectorAt(monitor.object, 'selector');
      const namespaces = findNamespaces(scope, monitor, known);
      return selector === undefined || namespaces === undefined || selectsOwned(selector, owners)
        ? []
        : [{ monitor, selector, namespaces }];
    });
}

/** The namespaces that a monitor selects from, or `undefined` if one of them has objects of others. */
function findNamespaces(scope: Scope, monitor: Resource, known: ReadonlySet<string>): string[] | undefined {
  const own = effectiveNamespace(scope, monitor);
  const selector = dataAt(monitor.object, 'spec', 'namespaceSelector');
  const names = listAt(selector, 'matchNames').filter((name) => typeof name === 'string');
  const namespaces = names.length > 0 ? names : [own];
  const isKnown = (namespace: string): boolean =>
    namespace !== 'kube-system' &&
    (scope.origin === 'chart' ? namespace === scope.namespace : namespace === own || known.has(namespace));
  return selector.any !== true && namespaces.every(isKnown) ? namespaces : undefined;
}

/** Whether the pods or services may be those of an operator, which labels them with the name of the custom resource. */
const selectsOwned = (selector: Data, owners: ReadonlySet<string>): boolean =>
  Object.values(labelsAt(selector, 'matchLabels')).some((value) => owners.has(value)) ||
  listAt(selector, 'matchExpressions').some((expression) =>
    listAt(expression, 'values').some((value) => typeof value === 'string' && owners.has(value)),
  );
