import { at, isData, listAt } from '../../data.ts';
import { problemAt, type ResourceRule } from '../rule.ts';

export const hostPath: ResourceRule = {
  id: 'host-path',
  level: 'warning',
  severity: 7,
  title: 'A pod mounts a directory of its node',
  help: 'Anyone who can write there can take over the node. Use a PersistentVolume.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, pod, podPath }) =>
      listAt(pod, 'volumes').flatMap((volume, index) =>
        isData(at(volume, 'hostPath'))
          ? [
              problemAt(
                resource,
                [...podPath, 'volumes', index, 'hostPath'],
                `mounts ${String(at(volume, 'hostPath', 'path'))} of its node`,
              ),
            ]
          : [],
      ),
    ),
};

export const hostNamespaces: ResourceRule = {
  id: 'host-namespaces',
  level: 'warning',
  severity: 7,
  title: "A pod shares its node's network, processes or IPC",
  help: 'It sees other pods, and network policies do not apply to it. Remove `hostNetwork`, `hostPID` and `hostIPC`.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, pod, podPath }) =>
      ['hostNetwork', 'hostPID', 'hostIPC']
        .filter((key) => at(pod, key) === true)
        .map((key) => problemAt(resource, [...podPath, key], `sets ${key}`)),
    ),
};
