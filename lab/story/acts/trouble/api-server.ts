import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../../act.ts';
import { versionOf } from '../../cluster/pods.ts';
import { bringBack, killService } from '../../outage.ts';
import { releaseNext, untilServedBy } from '../../shop/releasing.ts';
import { openShop, untilCalm } from '../../shop/running-shop.ts';
import { expectNoneLost } from '../../shop/traffic.ts';
import { secondsSince } from '../../waiting.ts';

const AWAY_SECONDS = 5;

export const troubleApiServer: Act = {
  name: 'trouble-api-server',
  number: 9,
  title: 'Trouble: the API server restarts during a rollout',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const shop = await openShop(world, stage);
    const traffic = await stage.startTraffic();
    const { version, commit, done } = await releaseNext(world, expect, progress);
    await shop.pods.until('the first new pod', 60, (pods) => pods.some((pod) => versionOf(pod) === version));
    killService(world, 'kube-apiserver');
    const killed = performance.now();
    traffic.mark('API server killed');
    progress(`the API server is killed, and away for ${AWAY_SECONDS} s`);
    await sleep(AWAY_SECONDS * 1000);
    await bringBack(world);
    traffic.mark('API server back');
    progress('it is back: the rollout goes on');
    await untilServedBy(shop, version);
    expect.within(
      'the rollout ends as it would have, from the kill to all pods on the new version',
      secondsSince(killed),
      120,
    );
    await done;
    await untilCalm(shop, 120, commit);
    await expectNoneLost(expect, traffic);
    thread.version = version;
  },
};
