import { startBuilder } from '../builder/index.ts';
import { installAddOns } from '../cluster/add-ons/index.ts';
import type { Topology } from '../cluster/argo/values.ts';
import { startCluster, stopCluster } from '../cluster/index.ts';
import { clusterTools } from '../cluster/tools.ts';
import { ensureBaseImages } from '../images/index.ts';
import type { Lab } from '../lab.ts';
import { startRegistry } from '../registries/index.ts';
import { benchTools, checkTools, ensureTools, toolNames } from '../tools/index.ts';
import { findEndpoint, getEndpoint, saveEndpoint } from './endpoints.ts';
import { startHubService } from './hub-service.ts';

/** One step of bringing a lab up. Running it again keeps what already exists. */
export interface LabStep {
  title: string;
  /** `progress` shows one line below the title while the step runs. */
  run(lab: Lab, progress: (line: string) => void): Promise<void>;
  /** Stops what the step started, after any step has failed; only for what the supervisor cannot stop. */
  undo?(lab: Lab): Promise<void>;
}

const otherTools = [...clusterTools, ...checkTools, ...benchTools];
const githubTools = toolNames.filter((name) => !otherTools.includes(name));

/** GitHub on this machine with what its workflows need. Each step may use the endpoints that earlier steps saved. */
export const githubSteps: readonly LabStep[] = [
  {
    title: 'Tools',
    run: (lab, progress) => ensureTools(githubTools, { progress, signal: lab.signal }),
  },
  {
    title: 'Registries: staging and production',
    async run(lab) {
      const [staging, production] = await Promise.all([
        startRegistry(lab, 'staging'),
        startRegistry(lab, 'production'),
      ]);
      saveEndpoint(lab.state, 'registries', { staging, production });
    },
  },
  {
    title: 'Builder: BuildKit',
    async run(lab) {
      const { staging, production } = getEndpoint(lab.state, 'registries');
      saveEndpoint(lab.state, 'builder', await startBuilder(lab, [staging, production]));
    },
  },
  {
    title: 'Base images',
    async run(lab, progress) {
      const { staging } = getEndpoint(lab.state, 'registries');
      saveEndpoint(
        lab.state,
        'images',
        await ensureBaseImages({ lab, registry: staging, builder: getEndpoint(lab.state, 'builder'), progress }),
      );
    },
  },
  {
    title: 'Hub: Git, API and workflow runs',
    run: async (lab) => saveEndpoint(lab.state, 'hub', await startHubService(lab)),
  },
];

/** Kubernetes on this machine with Argo CD in it. */
const createClusterSteps = (topology: Topology | undefined): readonly LabStep[] => [
  {
    title: 'Tools of the cluster',
    run: (lab, progress) => ensureTools(clusterTools, { progress, signal: lab.signal }),
  },
  {
    title: 'Cluster: Kubernetes',
    async run(lab, progress) {
      const { production: registry } = getEndpoint(lab.state, 'registries');
      const needs = { registry, builder: getEndpoint(lab.state, 'builder'), hub: getEndpoint(lab.state, 'hub').url };
      saveEndpoint(lab.state, 'cluster', await startCluster(lab, needs, progress));
    },
    undo: async (lab) => {
      if (lab.supervisor.started.includes('containerd')) await stopCluster(lab.state);
    },
  },
  {
    title: 'Cluster: metrics-server and Argo CD',
    async run(lab, progress) {
      const chosen = topology ?? findEndpoint(lab.state, 'argocd')?.topology ?? 'single';
      const context = {
        lab,
        registry: getEndpoint(lab.state, 'registries').production,
        builder: getEndpoint(lab.state, 'builder'),
        progress,
      };
      await installAddOns(getEndpoint(lab.state, 'cluster'), context, chosen);
      saveEndpoint(lab.state, 'argocd', { topology: chosen });
    },
  },
];

/**
 * All steps of `up`, in order.
 *
 * @param topology of Argo CD; by default that of the last `up`, and `single` in a new lab
 */
export const createSteps = (topology?: Topology): readonly LabStep[] => [
  ...githubSteps,
  ...createClusterSteps(topology),
];
