import type { Act } from '../../act.ts';
import { ARGO_NAMESPACE, isSettled, revisionOf, stateOf } from '../../cluster/argo.ts';
import { isServing, type Pod } from '../../cluster/pods.ts';
import { Watch } from '../../cluster/watch.ts';
import { releaseNext, untilServedBy } from '../../shop/releasing.ts';
import { openShop, untilCalm } from '../../shop/running-shop.ts';
import { expectNoneLost } from '../../shop/traffic.ts';
import { secondsSince } from '../../waiting.ts';

const REPO_SERVERS = `/api/v1/namespaces/${ARGO_NAMESPACE}/pods?labelSelector=app.kubernetes.io%2Fname%3Dargocd-repo-server`;

export const troubleRepoServer: Act = {
  name: 'trouble-repo-server',
  number: 9,
  title: 'Trouble: the repo server is killed during a sync',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const shop = await openShop(world, stage);
    const traffic = await stage.startTraffic();
    const servers = await Watch.open<Pod>(world.cluster, REPO_SERVERS, stage.signal);
    const victims = servers.items.map(({ metadata }) => metadata.name);
    const { version, commit, done } = await releaseNext(world, expect, progress);
    await shop.application.until('Argo CD to see the commit', 60, (items) =>
      items.some((each) => revisionOf(each) === commit),
    );
    await world.cluster.kubectl(
      'delete',
      'pod',
      ...victims,
      `--namespace=${ARGO_NAMESPACE}`,
      '--grace-period=0',
      '--force',
    );
    const killed = performance.now();
    const [then] = shop.application.items;
    expect.holds(
      'Argo CD is at work on the release when its repo server is killed',
      then !== undefined && !isSettled(then),
      then === undefined ? 'there is no application' : `${stateOf(then)}, sync ${then.status?.operationState?.phase}`,
    );
    traffic.mark('repo server killed');
    progress('the repo server is killed');
    await servers.until('another repo server', 90, (pods) =>
      pods.some((pod) => isServing(pod) && !victims.includes(pod.metadata.name)),
    );
    expect.within('another repo server takes its place', secondsSince(killed), 60);
    await untilServedBy(shop, version);
    expect.within(
      'the release is there all the same, from the kill to all pods on the new version',
      secondsSince(killed),
      90,
    );
    await done;
    await untilCalm(shop, 120, commit);
    await expectNoneLost(expect, traffic);
    thread.version = version;
  },
};
