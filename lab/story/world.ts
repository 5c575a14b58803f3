import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import { LabError } from '../errors.ts';
import { AdminClient, type Api, createOctokit } from '../hub/admin-client.ts';
import { type LabEndpoints, readEndpoints } from '../lifecycle/endpoints.ts';
import type { TrafficTarget } from '../traffic/index.ts';
import type { ClusterProvider, StoryCluster } from './cluster/provider.ts';
import { createAccounts, DEVELOPER, FULL_NAME, ORGANIZATION, PLATFORM, REPOSITORY } from './repository/accounts.ts';
import { Clone } from './repository/clone.ts';

/** Where the story takes place: a running lab, and the accounts in it with their clones and tokens. */
export interface World {
  labDir: string;
  /** The story's own directory. */
  directory: string;
  endpoints: LabEndpoints;
  /** Where the shop runs. Throws LabError in a lab without a cluster. */
  readonly cluster: Cluster;
  readonly hasCluster: boolean;
  /** The hub's address for pods. Throws LabError in a lab without a cluster. */
  readonly hubUrlInCluster: string;
  /** Where traffic to the shop is sent. */
  findShopTarget(): Promise<TrafficTarget>;
  repository: { owner: string; repo: string };
  admin: AdminClient;
  /** The API with the token of the platform team. */
  platform: Api;
  developer: Api;
  /** The token that the release workflow commits with. */
  releaseToken: string;
  /** The token that Argo CD reads the repository with; it can do nothing else. */
  argoToken: string;
  /** A fresh clone of the developer. */
  createClone(): Promise<Clone>;
  /** A fresh clone of the platform team, for the set-up. */
  createPlatformClone(): Promise<Clone>;
}

/** Creates the accounts and their tokens on a lab that is up. */
export async function createWorld(labDir: string, provider: ClusterProvider): Promise<World> {
  const endpoints = readEndpoints(labDir);
  const connected = await provider.connect(labDir, endpoints);
  const requireCluster = (): StoryCluster => {
    if (connected !== undefined) return connected;
    throw new LabError('This lab has no cluster.', 'Run `npm run lab -- up`, which starts all parts.');
  };
  const { url } = endpoints.hub;
  const admin = new AdminClient(endpoints.hub);
  const tokens = await createAccounts(admin);
  const directory = join(labDir, 'story');
  const clone = (login: string, token: string) =>
    Clone.create({ directory: join(directory, login), url: `${url}/${FULL_NAME}.git`, login, token });
  return {
    labDir,
    directory,
    endpoints,
    get cluster() {
      return requireCluster().cluster;
    },
    hasCluster: connected !== undefined,
    get hubUrlInCluster() {
      return requireCluster().hubUrl;
    },
    findShopTarget: async () => requireCluster().findShopTarget(),
    repository: { owner: ORGANIZATION, repo: REPOSITORY },
    admin,
    platform: createOctokit(url, tokens.platform).rest,
    developer: createOctokit(url, tokens.developer).rest,
    releaseToken: tokens.release,
    argoToken: tokens.argo,
    createClone: () => clone(DEVELOPER, tokens.developer),
    createPlatformClone: () => clone(PLATFORM, tokens.platform),
  };
}
