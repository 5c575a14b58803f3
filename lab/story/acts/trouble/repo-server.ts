import type { Act } from '../../act.ts';
import { ARGO_NAMESPACE, formatState, isSyncedAndHealthy, revisionOf } from '../../cluster/argo.ts';
import { isServing, type Pod } from '../../cluster/pods.ts';
import { Watch } from '../../cluster/watch.ts';
import { expectRolledOut, releaseNextVersion } from '../../shop/releasing.ts';
import { watchStableShop } from '../../shop/running-shop.ts';
import { secondsSince } from '../../waiting.ts';

const REPO_SERVERS = `/api/v1/namespaces/${ARGO_NAMESPACE}/pods?labelSelector=app.kubernetes.io%2Fname%3Dargocd-repo-server`;

export const troubleRepoServer: Act = {
  name: 'trouble-repo-server',
  title: 'Trouble: the repo server is killed during a sync',
  timeoutSeconds: 240,
  async play(stage) {
    const { world, expect, progress } = stage;
    const shop = await watchStableShop(stage);
    const traffic = await stage.startTraffic();
    const servers = await Watch.start<Pod>(world.cluster, REPO_SERVERS, stage.signal);
    const victims = servers.items.map(({ metadata }) => metadata.name);
    const release = await releaseNextVersion(stage);
    await shop.application.until('Argo CD to see the commit', 60, (items) =>
      items.some((application) => revisionOf(application) === release.commit),
    );
    await world.cluster.kubectl(
      ...['delete', 'pod', ...victims, `--namespace=${ARGO_NAMESPACE}`, '--grace-period=0', '--force'],
    );
    const killed = performance.now();
    const [application] = shop.application.items;
    expect.holds(
      'Argo CD is rolling the release out when its repo server is killed',
      application !== undefined && !isSyncedAndHealthy(application),
      application === undefined
        ? 'the Application does not exist'
        : `${formatState(application)}, sync ${application.status?.operationState?.phase}`,
    );
    traffic.mark('repo server killed');
    progress('the repo server is killed');
    await servers.until('another repo server', 90, (pods) =>
      pods.some((pod) => isServing(pod) && !victims.includes(pod.metadata.name)),
    );
    expect.within('another repo server replaces it', secondsSince(killed), 60);
    await expectRolledOut(
      stage,
      { shop, traffic, release },
      { what: 'the rollout completes, from the kill to all pods on the new version', since: killed, seconds: 90 },
    );
  },
};
