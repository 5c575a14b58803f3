import { at } from '../../data.ts';
import { checkContainers, missingAt, type ResourceRule } from '../rule.ts';

export const resourceRequests: ResourceRule = {
  id: 'resource-requests',
  level: 'warning',
  title: 'A container requests no CPU or no memory',
  help: 'The scheduler and the autoscalers of pods and of nodes rely on requests. Set `resources.requests.cpu` and `.memory`.',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource, pod }) =>
      ['cpu', 'memory']
        .filter(
          (request) =>
            at(spec, 'resources', 'requests', request) === undefined &&
            at(spec, 'resources', 'limits', request) === undefined,
        )
        .filter((request) => at(pod, 'resources', 'requests', request) === undefined)
        .map((request) =>
          missingAt(resource, [...path, 'resources', 'requests', request], `container ${name} requests no ${request}`),
        ),
    ),
};

export const memoryLimit: ResourceRule = {
  id: 'memory-limit',
  level: 'warning',
  severity: 3,
  title: 'A container has no memory limit',
  help: 'Set `resources.limits.memory`, so that a leak affects the container and not its neighbours. A CPU limit is not required: it throttles a container although the node has CPU time left.',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource, pod }) =>
      at(spec, 'resources', 'limits', 'memory') === undefined && at(pod, 'resources', 'limits', 'memory') === undefined
        ? [missingAt(resource, [...path, 'resources', 'limits', 'memory'], `container ${name} has no memory limit`)]
        : [],
    ),
};
