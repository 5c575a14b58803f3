import type { Act } from '../act.ts';
import { isSettled, revisionOf } from '../cluster/argo.ts';
import { versionOf } from '../cluster/pods.ts';
import type { Clone } from '../repository/clone.ts';
import { expectRun, mergeChange } from '../repository/pull-requests.ts';
import { untilServedBy } from '../shop/releasing.ts';
import { untilCalm, watchShop } from '../shop/running-shop.ts';
import { CHART, chartAt } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';
import { BROKEN_MESSAGE, WEB_PROGRAM } from './broken-release.ts';

/** The commit on main that brought the version which is in the chart now. */
const versionCommit = async (clone: Clone): Promise<string> =>
  (await clone.git('log', '-1', '--format=%H', 'HEAD', '--', `${CHART}/Chart.yaml`)).trim();

/** The commit that broke the program, if main still has it. */
async function brokenCommit(clone: Clone): Promise<string | undefined> {
  const [last = '', message] = (
    await clone.git('log', '-1', '--no-merges', '--format=%H%n%s', 'HEAD', '--', WEB_PROGRAM)
  ).split('\n');
  return message === BROKEN_MESSAGE ? last : undefined;
}

export const rollback: Act = {
  name: 'rollback',
  number: 13,
  title: 'Rollback is trivial',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const shop = await watchShop(world, stage);
    const { developer, where } = world;
    const { data: before } = await developer.git.getRef({ ...where, ref: 'heads/main' });
    const bad = (await chartAt(world, before.object.sha)).version;
    const traffic = await stage.startTraffic();

    const sha = await mergeChange(world, expect, progress, {
      name: 'take-back',
      title: `Take ${bad} back`,
      body: 'Its pods never become ready.',
      async make(clone) {
        const broken = await brokenCommit(clone);
        await clone.git('revert', '--no-edit', await versionCommit(clone));
        if (broken !== undefined) await clone.git('revert', '--no-edit', broken);
      },
    });
    const merged = performance.now();
    traffic.mark('revert merged');
    const good = (await chartAt(world, sha)).version;
    progress(`${bad} is reverted: Argo CD brings ${good} back`);
    await shop.application.until('Argo CD to see the revert', 60, (items) =>
      items.some((each) => revisionOf(each) === sha),
    );
    expect.within('Argo CD sees the revert', secondsSince(merged), 10);
    await shop.application.until('the shop to be Synced and Healthy', 120, (items) =>
      items.some((each) => revisionOf(each) === sha && isSettled(each)),
    );
    await untilServedBy(shop, good, 60);
    expect.within(`from the merged revert to a healthy shop on the version before`, secondsSince(merged), 45);
    traffic.mark(`healthy on ${good}`);
    await untilCalm(shop, 120, sha);
    expect.equal('all pods are on the good version', [...new Set(shop.pods.items.map(versionOf))], [good]);
    await expectRun(world, expect, progress, { workflow: 'build.yml', sha, on: 'merge' });
    await expectNoneLost(expect, traffic);
    thread.mergeCommit = sha;
    thread.version = good;
  },
};
