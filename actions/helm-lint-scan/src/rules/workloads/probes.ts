import { isDeepStrictEqual } from 'node:util';
import { at, isData } from '../../data.ts';
import { checkServingContainers, missingAt, problemAt, type ResourceRule, type RuleInfo } from '../rule.ts';

function missingProbe(key: string, info: RuleInfo): ResourceRule {
  return {
    ...info,
    check: (scope) =>
      checkServingContainers(scope, ({ name, spec, path }, { resource }) =>
        isData(at(spec, key)) ? [] : [missingAt(resource, [...path, key], `container ${name} has no ${key}`)],
      ),
  };
}

export const readinessProbe = missingProbe('readinessProbe', {
  id: 'readiness-probe',
  level: 'warning',
  title: 'A container has no readiness probe',
  help: 'A pod without one gets traffic as soon as it runs, and a rollout continues although the new version does not work.',
});

export const livenessProbe = missingProbe('livenessProbe', {
  id: 'liveness-probe',
  level: 'note',
  title: 'A container has no liveness probe',
  help: 'A process that hangs is not restarted. Add a liveness probe that checks only the process itself, not its dependencies.',
});

export const startupProbe = missingProbe('startupProbe', {
  id: 'startup-probe',
  level: 'note',
  title: 'A container has no startup probe',
  help: 'A slow start fails the liveness probe. Add a startup probe with enough attempts for the slowest start.',
});

export const identicalProbes: ResourceRule = {
  id: 'identical-probes',
  level: 'warning',
  title: 'Readiness and liveness probe are the same',
  help: 'When something that the container depends on fails, it must get no traffic (readiness); it must not be restarted (liveness). Use a separate path for each.',
  check: (scope) =>
    checkServingContainers(scope, ({ name, spec, path }, { resource }) =>
      isData(at(spec, 'readinessProbe')) &&
      isDeepStrictEqual(probeAction(spec.readinessProbe), probeAction(spec.livenessProbe))
        ? [
            problemAt(
              resource,
              [...path, 'livenessProbe'],
              `container ${name} uses the same probe for readiness and liveness`,
            ),
          ]
        : [],
    ),
};

/** The action of a probe, without its timing. */
const probeAction = (probe: unknown): unknown[] =>
  ['httpGet', 'tcpSocket', 'exec', 'grpc'].map((key) => at(probe, key));
