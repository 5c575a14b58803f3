import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../../act.ts';
import { versionOf } from '../../cluster/pods.ts';
import { killService, restartServices } from '../../outage.ts';
import { expectRolledOut, releaseNextVersion } from '../../shop/releasing.ts';
import { watchStableShop } from '../../shop/running-shop.ts';

const OUTAGE_SECONDS = 5;

export const troubleApiServer: Act = {
  name: 'trouble-api-server',
  title: 'Trouble: the API server restarts during a rollout',
  timeoutSeconds: 240,
  async play(stage) {
    const { world, progress } = stage;
    const shop = await watchStableShop(stage);
    const traffic = await stage.startTraffic();
    const release = await releaseNextVersion(stage);
    await shop.pods.until('the first new pod', 60, (pods) => pods.some((pod) => versionOf(pod) === release.version));
    killService(world, 'kube-apiserver');
    const killed = performance.now();
    traffic.mark('API server killed');
    progress(`the API server is killed and unavailable for ${OUTAGE_SECONDS} s`);
    await sleep(OUTAGE_SECONDS * 1000);
    await restartServices(world);
    traffic.mark('API server back');
    progress('the API server is back: the rollout continues');
    await expectRolledOut(
      stage,
      { shop, traffic, release },
      { what: 'the rollout completes, from the kill to all pods on the new version', since: killed, seconds: 120 },
    );
  },
};
