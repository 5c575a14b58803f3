import type { Cluster } from '../../cluster/index.ts';
import type { LabEndpoints } from '../../lifecycle/endpoints.ts';
import type { LabStep } from '../../lifecycle/steps.ts';
import type { TrafficTarget } from '../../traffic/index.ts';

/** A cluster that the story is played on. */
export interface StoryCluster {
  readonly cluster: Cluster;
  /** The hub's address for pods. */
  readonly hubUrl: string;
  /** Where traffic to the shop is sent. */
  findShopTarget(): Promise<TrafficTarget>;
}

/** Where the shop runs: in the lab's own cluster, or in an external one. */
export interface ClusterProvider {
  /** What the lab brings up before the story starts. */
  readonly steps: readonly LabStep[];
  /**
   * Connects to the cluster and checks, without changing anything, that the story can be played on it. Undefined in a lab
   * that was started without a cluster.
   * @throws LabError with what is missing
   */
  connect(labDir: string, endpoints: LabEndpoints): Promise<StoryCluster | undefined>;
}
