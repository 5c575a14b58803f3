import { startBuilder } from './builder/index.ts';
import { endpointOf, saveEndpoint } from './endpoints.ts';
import { ensureBaseImages } from './images/index.ts';
import type { Lab } from './lab.ts';
import { startRegistry } from './registries/index.ts';
import { startHubService } from './start-hub.ts';
import { ensureTools, toolNames } from './tools/index.ts';

/** One part of bringing a lab up. Running it again finds what is there already and keeps it. */
export interface LabStep {
  title: string;
  /** `progress` shows one line below the title while the step runs. */
  run(lab: Lab, progress: (line: string) => void): Promise<void>;
}

/** What `up` does, in order. Each step may use the endpoints that those before it saved. */
export const steps: readonly LabStep[] = [
  {
    title: 'Tools',
    run: (lab, progress) => ensureTools(toolNames, { progress, signal: lab.signal }),
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
      const { staging, production } = endpointOf(lab.state, 'registries');
      saveEndpoint(lab.state, 'builder', await startBuilder(lab, [staging, production]));
    },
  },
  {
    title: 'Base images',
    async run(lab, progress) {
      const { staging } = endpointOf(lab.state, 'registries');
      saveEndpoint(
        lab.state,
        'images',
        await ensureBaseImages(lab, staging, endpointOf(lab.state, 'builder'), progress),
      );
    },
  },
  {
    title: 'Hub: Git, API and workflow runs',
    run: async (lab) => saveEndpoint(lab.state, 'hub', await startHubService(lab)),
  },
];
