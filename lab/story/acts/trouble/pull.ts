import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../../act.ts';
import { isReady, isServing, type Pod } from '../../cluster/pods.ts';
import { expectRun, mergeChange } from '../../repository/pull-requests.ts';
import { openShop, untilCalm, WEB_REPLICAS } from '../../shop/running-shop.ts';
import { CHART, chartAt } from '../../shop/shop.ts';
import { expectNoneLost } from '../../shop/traffic.ts';

/** A digest that no image has: the registry answers that it has no such manifest. */
const NOWHERE = `sha256:${'0'.repeat(64)}`;

const digestOf = ({ spec }: Pod): string | undefined => spec.containers[0].image.split('@')[1];

export const troublePull: Act = {
  name: 'trouble-pull',
  number: 12,
  title: 'Trouble: an image that the registry does not give',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const shop = await openShop(world, stage);
    const { developer, where } = world;
    const { data: main } = await developer.git.getRef({ ...where, ref: 'heads/main' });
    const { images } = await chartAt(world, main.object.sha);
    const digest = images['shop/web']?.digest ?? '';
    const traffic = await stage.startTraffic();
    const change = (name: string, title: string, from: string, to: string) =>
      mergeChange(world, expect, progress, {
        name,
        title,
        body: 'By hand, past the release.',
        async make(clone) {
          await clone.edit(`${CHART}/values.yaml`, (text) => text.replace(from, to));
          await clone.commit(`chore(shop): ${title.toLowerCase()}`);
        },
      });

    await change('digest', 'Name an image that is nowhere', digest, NOWHERE);
    traffic.mark('digest that is nowhere merged');
    progress('pods are made for an image that the registry does not have');
    const refused = await shop.pods.until('a pod whose image cannot be pulled', 90, (pods) =>
      pods.find((pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff'),
    );
    const { waiting } = refused.status.containerStatuses?.[0]?.state ?? {};
    expect.holds(
      'Kubernetes reports that this very image cannot be pulled',
      waiting?.message?.includes(NOWHERE) === true,
      `${waiting?.reason}: ${waiting?.message}`,
    );
    await sleep(3000);
    const serving = shop.pods.items.filter(isServing);
    expect.holds(
      'all old pods are there and serve',
      serving.length >= WEB_REPLICAS && serving.every((pod) => digestOf(pod) === digest),
      `${serving.length} of ${[...new Set(serving.map(digestOf))].join(', ')}`,
    );
    const strange = shop.pods.sightings.map(({ object }) => object).filter((pod) => digestOf(pod) === NOWHERE);
    expect.holds(
      'no pod of that image was ever ready',
      strange.length > 0 && !strange.some(isReady),
      `${new Set(strange.map(({ metadata }) => metadata.name)).size} pods, ready never`,
    );

    const sha = await change('digest-back', 'Name the released image again', NOWHERE, digest);
    await untilCalm(shop, 120, sha);
    expect.equal(
      'named right again, the shop is Synced and Healthy, with the released image alone',
      [...new Set(shop.pods.items.map(digestOf))],
      [digest],
    );
    await expectRun(world, expect, progress, { workflow: 'build.yml', sha, on: 'merge' });
    await expectNoneLost(expect, traffic);
    thread.mergeCommit = sha;
  },
};
