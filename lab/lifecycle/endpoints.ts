import type { BuilderEndpoint } from '../builder/index.ts';
import type { Topology } from '../cluster/argo/values.ts';
import type { ClusterEndpoint } from '../cluster/index.ts';
import { LabError } from '../errors.ts';
import type { BaseImages } from '../images/index.ts';
import { resolveLabDir } from '../paths.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { isRunning } from '../services/processes.ts';
import { LabState } from '../services/state.ts';

/** How to reach each part of a running lab. */
export interface LabEndpoints {
  hub: { url: string; adminToken: string };
  registries: { staging: RegistryEndpoint; production: RegistryEndpoint };
  builder: BuilderEndpoint;
  images: BaseImages;
  /** Missing in a lab that was started without a cluster. */
  cluster?: ClusterEndpoint;
  /** How Argo CD was installed. */
  argocd?: { topology: Topology };
}

/** The saved endpoint of a part of the lab, if the step that saves it has run. */
export const findEndpoint = <Part extends keyof LabEndpoints>(
  state: LabState,
  part: Part,
): LabEndpoints[Part] | undefined => state.endpoints[part] as LabEndpoints[Part] | undefined;

/** The saved endpoint of a part of the lab. Throws LabError if the step that starts it has not run. */
export function getEndpoint<Part extends keyof LabEndpoints>(
  state: LabState,
  part: Part,
): NonNullable<LabEndpoints[Part]> {
  const value = state.endpoints[part];
  if (value === undefined) throw new LabError(`This lab has no ${part}: it is not up.`, 'Run: npm run lab -- up');
  return value as NonNullable<LabEndpoints[Part]>;
}

/**
 * The endpoints of the lab in `labDir`, as its last `up` saved them. Throws LabError unless all parts except the cluster are
 * up, and when a service has ended since.
 */
export function readEndpoints(labDir = resolveLabDir()): LabEndpoints {
  const state = LabState.load(labDir);
  const ended = state.services.filter((record) => !isRunning(record)).map(({ name }) => name);
  if (ended.length > 0) {
    throw new LabError(
      `Some services of the lab have ended: ${ended.join(', ')}.`,
      'Run: npm run lab -- up, which restarts them and keeps the others.',
    );
  }
  return {
    hub: getEndpoint(state, 'hub'),
    registries: getEndpoint(state, 'registries'),
    builder: getEndpoint(state, 'builder'),
    images: getEndpoint(state, 'images'),
    ...(state.endpoints.cluster === undefined ? {} : { cluster: getEndpoint(state, 'cluster') }),
  };
}

/** Saves the endpoint of one part in the lab's state. */
export function saveEndpoint<Part extends keyof LabEndpoints>(
  state: LabState,
  part: Part,
  value: LabEndpoints[Part],
): void {
  state.setEndpoints(part, value);
}
