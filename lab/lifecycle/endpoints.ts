import type { BuilderEndpoint } from '../builder/index.ts';
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
  /** Absent in a lab that was started without it. */
  cluster?: ClusterEndpoint;
}

/** A part of a lab whose endpoints have been noted. Throws LabError if the step that brings it has not run. */
export function endpointOf<Part extends keyof LabEndpoints>(
  state: LabState,
  part: Part,
): NonNullable<LabEndpoints[Part]> {
  const value = state.endpoints[part];
  if (value === undefined) throw new LabError(`This lab has no ${part}: it is not up.`, 'Run: npm run lab -- up');
  return value as NonNullable<LabEndpoints[Part]>;
}

/**
 * The endpoints of the lab in `labDir`, as its last `up` saved them. Throws LabError unless all parts but the cluster are
 * up, and when a part of what was brought up has ended since.
 */
export function readEndpoints(labDir = resolveLabDir()): LabEndpoints {
  const state = LabState.load(labDir);
  const ended = state.services.filter((record) => !isRunning(record)).map(({ name }) => name);
  if (ended.length > 0) {
    throw new LabError(
      `Not all of the lab is up any more: ${ended.join(', ')} ended.`,
      'Run: npm run lab -- up, which brings that back and keeps the rest.',
    );
  }
  return {
    hub: endpointOf(state, 'hub'),
    registries: endpointOf(state, 'registries'),
    builder: endpointOf(state, 'builder'),
    images: endpointOf(state, 'images'),
    ...(state.endpoints.cluster === undefined ? {} : { cluster: endpointOf(state, 'cluster') }),
  };
}

/** Notes the endpoints of one part in the lab's state. */
export function saveEndpoint<Part extends keyof LabEndpoints>(
  state: LabState,
  part: Part,
  value: LabEndpoints[Part],
): void {
  state.setEndpoints(part, value);
}
