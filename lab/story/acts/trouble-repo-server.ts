import type { Act } from '../act.ts';
import { ARGO_NAMESPACE } from '../argo.ts';
import { isServing, type Pod } from '../pods.ts';
import { releaseNext, untilServedBy } from '../releasing.ts';
import { openShop, untilCalm } from '../running-shop.ts';
import { expectNoneLost } from '../shop-traffic.ts';
import { secondsSince } from '../waiting.ts';
import { Watch } from '../watch.ts';

const REPO_SERVERS = `/api/v1/namespaces/${ARGO_NAMESPACE}/pods?labelSelector=app.kubernetes.io%2Fname%3Dargocd-repo-server`;

export const troubleRepoServer: Act = {
  name: 'trouble-repo-server',
  number: 9,
  title: 'Trouble: the repo server is killed during a sync',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const shop = await openShop(world, stage);
    const traffic = await stage.startTraffic();
    const { version, commit, done } = await releaseNext(world, expect, progress);
    const servers = await Watch.open<Pod>(world.cluster, REPO_SERVERS, stage.signal);
    const victims = servers.items.map(({ metadata }) => metadata.name);
    await world.cluster.kubectl(
      'delete',
      'pod',
      ...victims,
      `--namespace=${ARGO_NAMESPACE}`,
      '--grace-period=0',
      '--force',
    );
    const killed = performance.now();
    traffic.mark('repo server killed');
    progress('the repo server is killed');
    await untilServedBy(shop, version);
    expect.within(
      'the release is there all the same, from the kill to all pods on the new version',
      secondsSince(killed),
      90,
    );
    const successor = await servers.until('another repo server', 60, (pods) =>
      pods.find((pod) => isServing(pod) && !victims.includes(pod.metadata.name)),
    );
    expect.holds(
      'another repo server has taken its place',
      true,
      `${successor.metadata.name} for ${victims.join(', ')}`,
    );
    await done;
    await untilCalm(shop, 120, commit);
    await expectNoneLost(expect, traffic);
    thread.version = version;
  },
};
