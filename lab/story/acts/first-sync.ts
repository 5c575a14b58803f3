import { bootstrapApplications } from '../../cluster/argo/index.ts';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act, Stage } from '../act.ts';
import {
  type Application,
  ARGO_NAMESPACE,
  applicationPath,
  formatState,
  isReconciledSince,
  revisionOf,
} from '../cluster/argo.ts';
import { isServing, versionOf } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import { FULL_NAME } from '../repository/accounts.ts';
import { waitForBaseline, waitUntilStable, watchShop } from '../shop/running-shop.ts';
import { CHART, readChart, SHOP_NAMESPACE } from '../shop/shop.ts';
import { secondsSince } from '../waiting.ts';
import type { World } from '../world.ts';

interface Project extends KubernetesObject {
  spec: {
    sourceRepos?: string[];
    destinations?: { namespace: string }[];
    clusterResourceWhitelist?: object[];
    namespaceResourceWhitelist?: { kind: string }[];
    namespaceResourceBlacklist?: { kind: string }[];
  };
}

/** The repository's URL for Argo CD, inside the cluster. */
const repositoryUrl = ({ hubUrlInCluster }: World): string => `${hubUrlInCluster}/${FULL_NAME}.git`;

/** Waits until Argo CD has compared an application again. It may be left from an earlier run, with other values. */
async function waitUntilCompared({ world: { cluster }, signal }: Stage, name: string): Promise<void> {
  const now = new Date();
  const watch = await Watch.start<Application>(cluster, applicationPath(name), signal);
  await watch.until(`Argo CD to compare ${name} with Git`, 60, (items) =>
    items.some((application) => application.status?.sync?.status === 'Synced' && isReconciledSince(application, now)),
  );
}

async function expectProjects({ world: { cluster }, expect }: Stage, url: string): Promise<void> {
  const get = (name: string) => cluster.get<Project>('appproject', name, `--namespace=${ARGO_NAMESPACE}`);
  const [shop, standard] = await Promise.all([get('shop'), get('default')]);
  expect.equal('the project shop allows one repository', shop.spec.sourceRepos, [url]);
  expect.equal(
    'it allows one namespace',
    shop.spec.destinations?.map(({ namespace }) => namespace),
    [SHOP_NAMESPACE],
  );
  expect.equal('it allows no cluster-wide resources', shop.spec.clusterResourceWhitelist ?? [], []);
  const kinds = shop.spec.namespaceResourceWhitelist?.map(({ kind }) => kind).sort() ?? [];
  expect.equal("it allows only the kinds of the shop's chart", kinds, [
    'Deployment',
    'HorizontalPodAutoscaler',
    'Ingress',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
  ]);
  const { sourceRepos = [], destinations = [], namespaceResourceBlacklist = [] } = standard.spec;
  expect.equal(
    "Argo CD's default project allows nothing",
    { sourceRepos, destinations, forbidden: namespaceResourceBlacklist.map(({ kind }) => kind) },
    { sourceRepos: [], destinations: [], forbidden: ['*'] },
  );
}

export const firstSync: Act = {
  name: 'first-sync',
  title: 'The cluster is bootstrapped by GitOps',
  timeoutSeconds: 180,
  async play(stage) {
    const { world, expect, progress } = stage;
    const { cluster, developer, repository } = world;
    const url = repositoryUrl(world);
    const started = performance.now();
    await bootstrapApplications(cluster, {
      repository: { url, revision: 'main' },
      login: { username: 'x-access-token', password: world.argoToken },
    });
    progress('the root application is applied; everything else comes from Git');
    await waitUntilCompared(stage, 'root');
    const shop = await watchShop(stage);
    await waitUntilCompared(stage, 'shop');
    await waitUntilStable(shop, { seconds: 150 });
    await waitForBaseline(shop, 60);
    await waitUntilStable(shop, { seconds: 60 });
    expect.within('from the root application to a Synced and Healthy shop', secondsSince(started), 120);

    const { data: main } = await developer.git.getRef({ ...repository, ref: 'heads/main' });
    const [application] = shop.application.items;
    expect.equal('the Application is at the head of main', application && revisionOf(application), main.object.sha);
    expect.equal('it is Synced and Healthy', application && formatState(application), 'Synced, Healthy');
    const chart = await readChart(world, main.object.sha);
    expect.equal(
      `six web pods of the version in ${CHART} serve`,
      shop.pods.items.filter(isServing).map(versionOf),
      Array(6).fill(chart.version),
    );
    await expectProjects(stage, url);
  },
};
