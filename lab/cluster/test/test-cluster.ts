import { setTimeout as sleep } from 'node:timers/promises';
import type { BuilderEndpoint } from '../../builder/index.ts';
import type { Lab } from '../../lab.ts';
import type { RegistryEndpoint } from '../../registries/index.ts';
import { LabState } from '../../services/state.ts';
import { Supervisor } from '../../services/supervisor.ts';
import { startTestServices, type TestServices } from '../../testing.ts';
import { ensureTools } from '../../tools/index.ts';
import { type Cluster, type ClusterEndpoint, type ClusterNeeds, labCluster, startCluster } from '../index.ts';
import { clusterTools } from '../tools.ts';

/** A registry, a builder and the cluster between them, in a directory of their own. */
export interface TestCluster {
  services: TestServices;
  needs: ClusterNeeds & { registry: RegistryEndpoint; builder: BuilderEndpoint };
  /** The lab as a command finds it that starts now. */
  lab(): Lab;
  start(): Promise<{ endpoint: ClusterEndpoint; cluster: Cluster }>;
}

export async function prepareCluster(hub?: string): Promise<TestCluster> {
  await ensureTools([...clusterTools, 'helm', 'node']);
  const services = await startTestServices({ registry: 1, builder: true });
  const [registry] = services.registries;
  if (!registry || !services.builder) throw new Error('the services of the test did not start');
  const needs = { registry, builder: services.builder, hub };
  const lab = (): Lab => {
    const state = LabState.load(services.dir);
    return { dir: services.dir, state, supervisor: new Supervisor(state) };
  };
  return {
    services,
    needs,
    lab,
    async start() {
      const endpoint = await startCluster(lab(), needs, () => {});
      return { endpoint, cluster: labCluster(services.dir, endpoint) };
    },
  };
}

/** Asks until the answer is as wanted; throws with the last answer after so many seconds. */
export async function until<T>(seconds: number, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask().catch((error: unknown) => error);
    if (!(answer instanceof Error) && wanted(answer as T)) return answer as T;
    if (Date.now() > deadline) {
      throw new Error(
        `not as wanted after ${seconds} s: ${answer instanceof Error ? answer.message : JSON.stringify(answer).slice(-2000)}`,
      );
    }
    await sleep(250);
  }
}
