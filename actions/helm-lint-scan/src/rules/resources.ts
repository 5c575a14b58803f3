import { at } from '../data.ts';
import { absent, eachContainer, type ResourceRule } from './rule.ts';

export const resourceRequests: ResourceRule = {
  id: 'resource-requests',
  level: 'warning',
  title: 'A container requests no CPU or no memory',
  help: 'The scheduler and the autoscalers of pods and of nodes rely on requests. Set `resources.requests.cpu` and `.memory`.',
  check: (scope) =>
    eachContainer(scope, ({ name, spec, path }, { resource, pod }) =>
      ['cpu', 'memory']
        .filter(
          (each) =>
            at(spec, 'resources', 'requests', each) === undefined &&
            at(spec, 'resources', 'limits', each) === undefined,
        )
        .filter((each) => at(pod, 'resources', 'requests', each) === undefined)
        .map((each) =>
          absent(resource, [...path, 'resources', 'requests', each], `container ${name} requests no ${each}`),
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
    eachContainer(scope, ({ name, spec, path }, { resource, pod }) =>
      at(spec, 'resources', 'limits', 'memory') === undefined && at(pod, 'resources', 'limits', 'memory') === undefined
        ? [absent(resource, [...path, 'resources', 'limits', 'memory'], `container ${name} has no memory limit`)]
        : [],
    ),
};
