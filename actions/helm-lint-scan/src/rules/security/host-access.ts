import { at, listAt, numberAt } from '../../data.ts';
import { checkContainers, type Problem, problemAt, type ResourceRule } from '../rule.ts';

export const hostPort: ResourceRule = {
  id: 'host-port',
  level: 'warning',
  severity: 4,
  title: 'A container uses a port of its node',
  help: 'The port is open on every address of the node, and only one pod with it fits on a node. Use a Service. For a DaemonSet, which has one pod on each node, it is a note. Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource, kind, pod }) =>
      // With the network of the node every port is one of the node: that is its own rule.
      at(pod, 'hostNetwork') === true
        ? []
        : listAt(spec, 'ports').flatMap((port, index): Problem[] => {
            const number = numberAt(port, 'hostPort') ?? 0;
            if (number === 0) return [];
            const message = `container ${name} uses port ${number} of its node`;
            const problem = problemAt(resource, [...path, 'ports', index, 'hostPort'], message);
            return [kind === 'DaemonSet' ? { ...problem, level: 'note' } : problem];
          }),
    ),
};

const HOST_PROCESS = ['securityContext', 'windowsOptions', 'hostProcess'];

export const hostProcess: ResourceRule = {
  id: 'host-process',
  level: 'warning',
  severity: 9,
  title: 'A container runs as a process of its Windows node',
  help: 'It has full access to the node, as a privileged container has on Linux. Remove `hostProcess` unless the container manages the node. Source: https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, pod, podPath, containers }) => [
      ...(at(pod, ...HOST_PROCESS) === true
        ? [problemAt(resource, [...podPath, ...HOST_PROCESS], 'runs as processes of its Windows node')]
        : []),
      ...containers
        .filter(({ spec }) => at(spec, ...HOST_PROCESS) === true)
        .map(({ name, path }) =>
          problemAt(resource, [...path, ...HOST_PROCESS], `container ${name} runs as a process of its Windows node`),
        ),
    ]),
};
