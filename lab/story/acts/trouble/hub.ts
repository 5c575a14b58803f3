import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../../act.ts';
import { isReconciledSince, isSettled } from '../../cluster/argo.ts';
import { isServing } from '../../cluster/pods.ts';
import { bringBack, killService } from '../../outage.ts';
import { openShop, WEB_REPLICAS } from '../../shop/running-shop.ts';
import { expectNoneLost } from '../../shop/traffic.ts';
import { secondsSince } from '../../waiting.ts';

const AWAY_SECONDS = 30;

export const troubleHub: Act = {
  name: 'trouble-hub',
  number: 6,
  title: `Trouble: GitHub is away for ${AWAY_SECONDS} s`,
  limit: 240,
  async play(world, expect, _thread, progress, stage) {
    const shop = await openShop(world, stage);
    const { developer, where } = world;
    const headOfMain = async () => (await developer.git.getRef({ ...where, ref: 'heads/main' })).data.object.sha;
    const head = await headOfMain();
    const before = shop.pods.items.map(({ metadata }) => metadata.name);
    const traffic = await stage.startTraffic();
    killService(world, 'hub');
    traffic.mark('GitHub away');
    progress('GitHub is away: the shop goes on as it is');
    await sleep(AWAY_SECONDS * 1000);
    const same = shop.pods.items.filter((pod) => isServing(pod) && before.includes(pod.metadata.name));
    expect.holds(
      `after ${AWAY_SECONDS} s without GitHub the same pods serve`,
      before.length >= WEB_REPLICAS && same.length === before.length,
      `${same.length} of ${before.length}`,
    );
    await bringBack(world);
    const back = performance.now();
    const since = new Date();
    traffic.mark('GitHub back');
    await shop.application.until('Argo CD to compare with Git again', 90, (items) =>
      items.some((each) => isSettled(each) && isReconciledSince(each, since)),
    );
    expect.within('Argo CD is Synced and Healthy again', secondsSince(back), 60);
    expect.equal('main is where it was', await headOfMain(), head);
    await expectNoneLost(expect, traffic);
  },
};
