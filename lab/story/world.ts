import { join } from 'node:path';
import { type Cluster, labCluster } from '../cluster/index.ts';
import { LabError } from '../errors.ts';
import { type LabEndpoints, readEndpoints } from '../lifecycle/endpoints.ts';
import { resolveLabDir } from '../paths.ts';
import { type ForeignCluster, openForeignCluster } from './cluster/external-cluster.ts';
import { type Api, HubAdmin, openApi } from './hub-client.ts';
import {
  ARGO_CD,
  DEVELOPER,
  FULL_NAME,
  ORGANIZATION,
  PLATFORM,
  RELEASE_BOT,
  REPOSITORY,
} from './repository/accounts.ts';
import { Clone } from './repository/clone.ts';

/** Where the story takes place: a running lab, and the people in it with their clones and tokens. */
export interface World {
  labDir: string;
  /** A directory of the story's own. */
  directory: string;
  endpoints: LabEndpoints;
  /** Where the shop runs. Throws LabError in a lab without one. */
  readonly cluster: Cluster;
  readonly hasCluster: boolean;
  /** The hub as the cluster reaches it. */
  hubUrlInside: string;
  where: { owner: string; repo: string };
  admin: HubAdmin;
  platform: Api;
  developer: Api;
  /** The token that the release workflow commits with. */
  releaseToken: string;
  /** Argo CD's way into the repository: it can read, and nothing else. */
  argoToken: string;
  cloneUrl: string;
  /** The platform team's clone is made by the set-up; this one is the developer's. */
  openClone(): Promise<Clone>;
  platformClone(): Promise<Clone>;
}

/** The cluster of the story: the lab's own, or one that somebody already has. */
async function openStoryCluster(labDir: string, endpoints: LabEndpoints, foreign: ForeignCluster | undefined) {
  if (foreign !== undefined) return openForeignCluster(foreign);
  return endpoints.cluster === undefined ? undefined : labCluster(labDir, endpoints.cluster);
}

/** Gives everybody an account and a token on a lab that is up. */
export async function openWorld(labDir = resolveLabDir(), foreign?: ForeignCluster): Promise<World> {
  const endpoints = readEndpoints(labDir);
  const cluster = await openStoryCluster(labDir, endpoints, foreign);
  const { url, adminToken } = endpoints.hub;
  const admin = new HubAdmin(url, adminToken);
  await admin.createUser(ORGANIZATION, 'Organization');
  await admin.createUser(PLATFORM, 'User');
  await admin.createUser(DEVELOPER, 'User');
  await admin.createUser(RELEASE_BOT, 'Bot');
  await admin.createUser(ARGO_CD, 'Bot');
  const platformToken = await admin.createToken({ login: PLATFORM, permissions: 'all' });
  const developerToken = await admin.createToken({
    login: DEVELOPER,
    permissions: { contents: 'write', pull_requests: 'write', actions: 'write', metadata: 'read' },
  });
  const releaseToken = await admin.createToken({
    login: RELEASE_BOT,
    permissions: { contents: 'write', pull_requests: 'write', metadata: 'read' },
    repositories: [FULL_NAME],
  });
  const argoToken = await admin.createToken({
    login: ARGO_CD,
    permissions: { contents: 'read', metadata: 'read' },
    repositories: [FULL_NAME],
  });
  const directory = join(labDir, 'story');
  const cloneUrl = `${url}/${FULL_NAME}.git`;
  return {
    labDir,
    directory,
    endpoints,
    get cluster() {
      if (cluster === undefined) {
        throw new LabError('This lab has no cluster.', 'Run `npm run lab -- up`, which starts all parts.');
      }
      return cluster;
    },
    hasCluster: cluster !== undefined,
    hubUrlInside: foreign?.hubUrl ?? endpoints.cluster?.hubUrl ?? url,
    where: { owner: ORGANIZATION, repo: REPOSITORY },
    admin,
    platform: openApi(url, platformToken),
    developer: openApi(url, developerToken),
    releaseToken,
    argoToken,
    cloneUrl,
    openClone: () => Clone.make(join(directory, 'developer'), cloneUrl, DEVELOPER, developerToken),
    platformClone: () => Clone.make(join(directory, 'platform'), cloneUrl, PLATFORM, platformToken),
  };
}
