import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../../act.ts';
import { isReconciledSince, isSyncedAndHealthy } from '../../cluster/argo.ts';
import { isServing } from '../../cluster/pods.ts';
import { killService, restartServices } from '../../outage.ts';
import { WEB_REPLICAS, watchStableShop } from '../../shop/running-shop.ts';
import { expectNoneLost } from '../../shop/traffic.ts';
import { secondsSince } from '../../waiting.ts';

const OUTAGE_SECONDS = 30;

export const troubleHub: Act = {
  name: 'trouble-hub',
  title: `Trouble: GitHub is unavailable for ${OUTAGE_SECONDS} s`,
  timeoutSeconds: 240,
  async play(stage) {
    const { world, expect, progress } = stage;
    const { developer, repository } = world;
    const shop = await watchStableShop(stage);
    const headOfMain = async () => (await developer.git.getRef({ ...repository, ref: 'heads/main' })).data.object.sha;
    const head = await headOfMain();
    const before = shop.pods.items.map(({ metadata }) => metadata.name);
    const traffic = await stage.startTraffic();
    killService(world, 'hub');
    traffic.mark('GitHub unavailable');
    progress('GitHub is unavailable: the shop keeps running');
    await sleep(OUTAGE_SECONDS * 1000);
    const same = shop.pods.items.filter((pod) => isServing(pod) && before.includes(pod.metadata.name));
    expect.holds(
      `after ${OUTAGE_SECONDS} s without GitHub the same pods serve`,
      before.length >= WEB_REPLICAS && same.length === before.length,
      `${same.length} of ${before.length}`,
    );
    await restartServices(world);
    const restarted = performance.now();
    const since = new Date();
    traffic.mark('GitHub back');
    await shop.application.until('Argo CD to compare with Git again', 90, (items) =>
      items.some((application) => isSyncedAndHealthy(application) && isReconciledSince(application, since)),
    );
    expect.within('Argo CD is Synced and Healthy again', secondsSince(restarted), 60);
    expect.equal('main is unchanged', await headOfMain(), head);
    await expectNoneLost(expect, traffic);
  },
};
