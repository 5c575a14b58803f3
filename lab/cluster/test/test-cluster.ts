import { setTimeout as sleep } from 'node:timers/promises';
import type { BuilderEndpoint } from '../../builder/index.ts';
import type { Lab } from '../../lab.ts';
import type { RegistryEndpoint } from '../../registries/index.ts';
import { LabState } from '../../services/state.ts';
import { Supervisor } from '../../services/supervisor.ts';
import { startTestServices, type TestServices } from '../../testing.ts';
import { ensureTools } from '../../tools/index.ts';
import {
  type Cluster,
  type ClusterDependencies,
  type ClusterEndpoint,
  connectToLabCluster,
  startCluster,
} from '../index.ts';
import { clusterTools } from '../tools.ts';

/** A cluster with its registry and builder, in a separate directory. */
export interface TestCluster {
  services: TestServices;
  dependencies: ClusterDependencies & { registry: RegistryEndpoint; builder: BuilderEndpoint };
  /** Loads the lab as a new command would. */
  lab(): Lab;
  start(): Promise<{ endpoint: ClusterEndpoint; cluster: Cluster }>;
}

export async function prepareCluster(hub?: string): Promise<TestCluster> {
  await ensureTools([...clusterTools, 'helm', 'node']);
  const services = await startTestServices({ registry: 1, builder: true });
  const [registry] = services.registries;
  if (!registry || !services.builder) throw new Error('the test services did not start');
  const dependencies = { registry, builder: services.builder, hub };
  const lab = (): Lab => {
    const state = LabState.load(services.dir);
    return { dir: services.dir, state, supervisor: new Supervisor(state) };
  };
  return {
    services,
    dependencies,
    lab,
    async start() {
      const endpoint = await startCluster(lab(), dependencies, () => {});
      return { endpoint, cluster: connectToLabCluster(services.dir, endpoint) };
    },
  };
}

/** Polls `read` until its value satisfies `isExpected`; throws with the last value after `seconds`. */
export async function waitFor<T>(
  seconds: number,
  read: () => Promise<T>,
  isExpected: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await read().catch((error: unknown) => error);
    if (!(value instanceof Error) && isExpected(value as T)) return value as T;
    if (Date.now() > deadline) {
      const last = value instanceof Error ? value.message : JSON.stringify(value).slice(-2000);
      throw new Error(`unexpected value after ${seconds} s: ${last}`);
    }
    await sleep(250);
  }
}
