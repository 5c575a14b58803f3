import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../../act.ts';
import { isReady, isServing, type Pod } from '../../cluster/pods.ts';
import { mergePullRequest } from '../../repository/pull-requests.ts';
import { expectRun } from '../../repository/workflow-runs.ts';
import { WEB_REPLICAS, waitUntilStable, watchStableShop } from '../../shop/running-shop.ts';
import { CHART, readChart } from '../../shop/shop.ts';
import { expectNoneLost } from '../../shop/traffic.ts';

/** A digest that no image has: the registry responds that the manifest does not exist. */
const MISSING_DIGEST = `sha256:${'0'.repeat(64)}`;

const digestOf = ({ spec }: Pod): string | undefined => spec.containers[0].image.split('@')[1];

export const troublePull: Act = {
  name: 'trouble-pull',
  title: 'Trouble: an image cannot be pulled',
  timeoutSeconds: 240,
  async play(stage) {
    const { world, expect, state, progress } = stage;
    const { developer, repository } = world;
    const shop = await watchStableShop(stage);
    const { data: main } = await developer.git.getRef({ ...repository, ref: 'heads/main' });
    const { images } = await readChart(world, main.object.sha);
    const digest = images['shop/web']?.digest ?? '';
    const traffic = await stage.startTraffic();
    const replaceDigest = (from: string, to: string, { branch, title }: { branch: string; title: string }) =>
      mergePullRequest(stage, {
        branch,
        title,
        body: 'By hand, without a release.',
        async commit(clone) {
          await clone.edit(`${CHART}/values.yaml`, (text) => text.replace(from, to));
          await clone.commit(`chore(shop): ${title.toLowerCase()}`);
        },
      });

    await replaceDigest(digest, MISSING_DIGEST, {
      branch: 'missing-digest',
      title: 'Set a digest that does not exist',
    });
    traffic.mark('missing digest merged');
    progress('pods are created for an image that the registry does not have');
    const failing = await shop.pods.until('a pod whose image cannot be pulled', 90, (pods) =>
      pods.find((pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff'),
    );
    const { waiting } = failing.status.containerStatuses?.[0]?.state ?? {};
    expect.holds(
      'Kubernetes reports that this image cannot be pulled',
      waiting?.message?.includes(MISSING_DIGEST) === true,
      `${waiting?.reason}: ${waiting?.message}`,
    );
    await sleep(3000);
    const serving = shop.pods.items.filter(isServing);
    expect.holds(
      'all old pods serve',
      serving.length >= WEB_REPLICAS && serving.every((pod) => digestOf(pod) === digest),
      `${serving.length} of ${[...new Set(serving.map(digestOf))].join(', ')}`,
    );
    const affected = shop.pods.observations
      .map(({ object }) => object)
      .filter((pod) => digestOf(pod) === MISSING_DIGEST);
    expect.holds(
      'no pod of that image was ever ready',
      affected.length > 0 && !affected.some(isReady),
      `${new Set(affected.map(({ metadata }) => metadata.name)).size} pods, never ready`,
    );

    const sha = await replaceDigest(MISSING_DIGEST, digest, {
      branch: 'released-digest',
      title: 'Set the released digest again',
    });
    await waitUntilStable(shop, { revision: sha });
    expect.equal(
      'with the released digest, the shop is Synced and Healthy and runs only that image',
      [...new Set(shop.pods.items.map(digestOf))],
      [digest],
    );
    await expectRun(stage, { workflow: 'build.yml', sha, on: 'merge' });
    await expectNoneLost(expect, traffic);
    state.mergeCommit = sha;
  },
};
