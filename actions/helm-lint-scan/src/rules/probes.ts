import { isDeepStrictEqual } from 'node:util';
import { at, isData } from '../data.ts';
import { absent, eachServing, type ResourceRule, type RuleInfo, wrong } from './rule.ts';

function missingProbe(key: string, info: RuleInfo): ResourceRule {
  return {
    ...info,
    check: (scope) =>
      eachServing(scope, ({ name, spec, path }, { resource }) =>
        isData(at(spec, key)) ? [] : [absent(resource, [...path, key], `container ${name} has no ${key}`)],
      ),
  };
}

export const readinessProbe = missingProbe('readinessProbe', {
  id: 'readiness-probe',
  level: 'warning',
  title: 'A container does not say when it can serve',
  help: 'Without a readiness probe a pod gets traffic as soon as it runs, and a rollout goes on although the new version does nothing.',
});

export const livenessProbe = missingProbe('livenessProbe', {
  id: 'liveness-probe',
  level: 'note',
  title: 'A container does not say when it must be replaced',
  help: 'A process that hangs stays as it is. Add a liveness probe that asks only whether the process itself works, not what it depends on.',
});

export const startupProbe = missingProbe('startupProbe', {
  id: 'startup-probe',
  level: 'note',
  title: 'A container has no time of its own to start',
  help: 'Without a startup probe a slow start trips the liveness probe. Add one with enough attempts for the slowest start.',
});

export const identicalProbes: ResourceRule = {
  id: 'identical-probes',
  level: 'warning',
  title: 'Readiness and liveness ask the same question',
  help: 'When something that the container depends on fails, it must get no traffic (readiness); it must not be restarted (liveness). Ask each at a path of its own.',
  check: (scope) =>
    eachServing(scope, ({ name, spec, path }, { resource }) =>
      isData(at(spec, 'readinessProbe')) && isDeepStrictEqual(action(spec.readinessProbe), action(spec.livenessProbe))
        ? [wrong(resource, [...path, 'livenessProbe'], `container ${name} asks the same for readiness and liveness`)]
        : [],
    ),
};

/** What a probe does, without how often. */
const action = (probe: unknown): unknown[] => ['httpGet', 'tcpSocket', 'exec', 'grpc'].map((key) => at(probe, key));
