import type { KubernetesObject } from '../../../cluster/index.ts';
import type { Act } from '../../act.ts';
import { ARGO_NAMESPACE, formatState, isSyncedAndHealthy, revisionOf } from '../../cluster/argo.ts';
import { isServing, type Pod } from '../../cluster/pods.ts';
import { Watch } from '../../cluster/watch.ts';
import { expectRolledOut, releaseNextVersion } from '../../shop/releasing.ts';
import { watchStableShop } from '../../shop/running-shop.ts';
import { secondsSince } from '../../waiting.ts';
import type { World } from '../../world.ts';

const PODS = `/api/v1/namespaces/${ARGO_NAMESPACE}/pods`;
const NAMESPACE = `--namespace=${ARGO_NAMESPACE}`;
const REDIS = 'argocd-redis-ha';

const partOf = ({ metadata }: Pod): string => metadata.labels?.['app.kubernetes.io/name'] ?? '';

/** The Redis that Sentinel calls the master: it announces the address of a Service for that pod alone. */
async function findRedisMaster({ cluster }: World): Promise<string> {
  const ask = ['redis-cli', '-p', '26379', 'sentinel', 'get-master-addr-by-name', 'argocd'];
  const answer = await cluster.kubectl('exec', `${REDIS}-server-0`, NAMESPACE, '--container=sentinel', '--', ...ask);
  const address = answer.split('\n')[0]?.trim();
  const { items } = await cluster.get<{ items: (KubernetesObject & { spec: { clusterIP: string } })[] }>(
    'service',
    NAMESPACE,
  );
  const service = items.find(({ spec }) => spec.clusterIP === address)?.metadata.name ?? '';
  return service.replace('announce', 'server');
}

/** One pod of each part: the master of Redis, and any other pod, because all pods of the other parts do the same. */
async function chooseVictims(world: World, pods: readonly Pod[]): Promise<string[]> {
  const parts = Map.groupBy(pods, partOf);
  const victims = [...parts.values()].flatMap(([pod]) => (pod === undefined ? [] : pod.metadata.name));
  if (!parts.has(REDIS)) return victims;
  const master = await findRedisMaster(world);
  return [...victims.filter((name) => !name.startsWith(`${REDIS}-server-`)), master];
}

export const troubleLeaders: Act = {
  name: 'trouble-leaders',
  title: 'Trouble: a pod of each part of Argo CD is killed during a sync',
  timeoutSeconds: 300,
  async play(stage) {
    const { world, expect, progress } = stage;
    const shop = await watchStableShop(stage);
    const traffic = await stage.startTraffic();
    const argocd = await Watch.start<Pod>(world.cluster, PODS, stage.signal);
    const count = argocd.items.length;
    const victims = await chooseVictims(world, argocd.items);
    const killedIds = argocd.items.flatMap(({ metadata }) => (victims.includes(metadata.name) ? metadata.uid : []));
    const release = await releaseNextVersion(stage);
    await shop.application.until('Argo CD to see the commit', 60, (items) =>
      items.some((application) => revisionOf(application) === release.commit),
    );
    await world.cluster.kubectl('delete', 'pod', ...victims, NAMESPACE, '--grace-period=0', '--force');
    const killed = performance.now();
    const [application] = shop.application.items;
    expect.holds(
      'Argo CD is rolling the release out when they are killed',
      application !== undefined && !isSyncedAndHealthy(application),
      application === undefined ? 'the Application does not exist' : formatState(application),
    );
    traffic.mark('Argo CD killed');
    progress(`killed: ${victims.join(', ')}`);
    await argocd.until(
      `${count} pods of Argo CD`,
      120,
      (pods) =>
        pods.filter((pod) => isServing(pod)).length >= count &&
        pods.every(({ metadata }) => !killedIds.includes(metadata.uid)),
    );
    expect.within('all pods of Argo CD are ready again', secondsSince(killed), 120);
    if (victims.some((name) => name.startsWith(REDIS))) {
      const master = await findRedisMaster(world);
      expect.holds('Redis has a master that has not been killed', !victims.includes(master), master);
    }
    await expectRolledOut(
      stage,
      { shop, traffic, release },
      { what: 'the rollout completes, from the kill to all pods on the new version', since: killed, seconds: 120 },
    );
  },
};
