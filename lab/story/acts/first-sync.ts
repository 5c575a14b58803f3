import { bootstrapApplications } from '../../cluster/argo/index.ts';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act } from '../act.ts';
import {
  type Application,
  ARGO_NAMESPACE,
  applicationPath,
  isReconciledSince,
  revisionOf,
  stateOf,
} from '../cluster/argo.ts';
import { isServing, versionOf } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import type { Expectations } from '../expectations.ts';
import { FULL_NAME } from '../repository/accounts.ts';
import { SHOP_NAMESPACE, untilAtRest, untilCalm, watchShop } from '../shop/running-shop.ts';
import { CHART, chartAt } from '../shop/shop.ts';
import type { Stage } from '../stage.ts';
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

/** The repository as Argo CD reaches it from inside the cluster. */
const repositoryUrl = ({ hubUrlInside }: World): string => `${hubUrlInside}/${FULL_NAME}.git`;

/** Waits until Argo CD has looked at an application anew: it may have been there before, with other values. */
async function untilCompared({ cluster }: World, { signal }: Stage, name: string): Promise<void> {
  const now = new Date();
  const watch = await Watch.open<Application>(cluster, applicationPath(name), signal);
  await watch.until(`Argo CD to compare ${name} with Git`, 60, (items) =>
    items.some((each) => each.status?.sync?.status === 'Synced' && isReconciledSince(each, now)),
  );
}

async function expectProjects({ cluster }: World, expect: Expectations, url: string): Promise<void> {
  const get = (name: string) => cluster.get<Project>('appproject', name, `--namespace=${ARGO_NAMESPACE}`);
  const [shop, standard] = await Promise.all([get('shop'), get('default')]);
  expect.equal('the project takes from one repository', shop.spec.sourceRepos, [url]);
  expect.equal(
    'into one namespace',
    shop.spec.destinations?.map(({ namespace }) => namespace),
    [SHOP_NAMESPACE],
  );
  expect.equal('nothing that belongs to the whole cluster', shop.spec.clusterResourceWhitelist ?? [], []);
  const kinds = shop.spec.namespaceResourceWhitelist?.map(({ kind }) => kind).sort() ?? [];
  expect.equal("and only the kinds of the shop's chart", kinds, [
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
    'the project that every Argo CD has allows nothing',
    { sourceRepos, destinations, forbidden: namespaceResourceBlacklist.map(({ kind }) => kind) },
    { sourceRepos: [], destinations: [], forbidden: ['*'] },
  );
}

export const firstSync: Act = {
  name: 'first-sync',
  number: 6,
  title: 'The cluster is born with GitOps',
  limit: 180,
  async play(world, expect, _thread, progress, stage) {
    const { cluster, developer, where } = world;
    const url = repositoryUrl(world);
    const started = performance.now();
    await bootstrapApplications(cluster, {
      repository: { url, revision: 'main' },
      login: { username: 'x-access-token', password: world.argoToken },
    });
    progress('the root application is applied; the rest comes from Git');
    await untilCompared(world, stage, 'root');
    const shop = await watchShop(world, stage);
    await untilCompared(world, stage, 'shop');
    await untilCalm(shop, 150);
    await untilAtRest(shop, 60);
    await untilCalm(shop, 60);
    expect.within('from the root application to a shop that is Synced and Healthy', secondsSince(started), 120);

    const { data: main } = await developer.git.getRef({ ...where, ref: 'heads/main' });
    const [application] = shop.application.items;
    expect.equal('the Application is at the head of main', application && revisionOf(application), main.object.sha);
    expect.equal('Synced and Healthy', application && stateOf(application), 'Synced, Healthy');
    const chart = await chartAt(world, main.object.sha);
    expect.equal(
      `six web pods of the version in ${CHART} are ready`,
      shop.pods.items.filter(isServing).map(versionOf),
      Array(6).fill(chart.version),
    );
    await expectProjects(world, expect, url);
  },
};
