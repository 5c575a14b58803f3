import type { Act } from '../act.ts';
import { isSyncedAndHealthy, revisionOf } from '../cluster/argo.ts';
import { versionOf } from '../cluster/pods.ts';
import type { Clone } from '../repository/clone.ts';
import { mergePullRequest } from '../repository/pull-requests.ts';
import { expectRun } from '../repository/workflow-runs.ts';
import { waitUntilServedBy } from '../shop/releasing.ts';
import { waitUntilStable, watchShop } from '../shop/running-shop.ts';
import { CHART, readChart } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';
import { BROKEN_MESSAGE, WEB_PROGRAM } from './broken-release.ts';

/** The commit on main that set the chart's current version. */
const versionCommit = async (clone: Clone): Promise<string> =>
  (await clone.git('log', '-1', '--format=%H', 'HEAD', '--', `${CHART}/Chart.yaml`)).trim();

/** The commit that broke the program, unless it has been reverted. */
async function brokenCommit(clone: Clone): Promise<string | undefined> {
  const [last = '', message] = (
    await clone.git('log', '-1', '--no-merges', '--format=%H%n%s', 'HEAD', '--', WEB_PROGRAM)
  ).split('\n');
  return message === BROKEN_MESSAGE ? last : undefined;
}

export const rollback: Act = {
  name: 'rollback',
  title: 'A rollback is a revert',
  timeoutSeconds: 240,
  async play(stage) {
    const { world, expect, state, progress } = stage;
    const { developer, repository } = world;
    const shop = await watchShop(stage);
    const { data: before } = await developer.git.getRef({ ...repository, ref: 'heads/main' });
    const bad = (await readChart(world, before.object.sha)).version;
    const traffic = await stage.startTraffic();

    const sha = await mergePullRequest(stage, {
      branch: 'revert',
      title: `Revert ${bad}`,
      body: 'Its pods never become ready.',
      async commit(clone) {
        const broken = await brokenCommit(clone);
        await clone.git('revert', '--no-edit', await versionCommit(clone));
        if (broken !== undefined) await clone.git('revert', '--no-edit', broken);
      },
    });
    const merged = performance.now();
    traffic.mark('revert merged');
    const good = (await readChart(world, sha)).version;
    progress(`${bad} is reverted: Argo CD rolls back to ${good}`);
    await shop.application.until('Argo CD to see the revert', 60, (items) =>
      items.some((application) => revisionOf(application) === sha),
    );
    expect.within('Argo CD sees the revert', secondsSince(merged), 10);
    await shop.application.until('the shop to be Synced and Healthy', 120, (items) =>
      items.some((application) => revisionOf(application) === sha && isSyncedAndHealthy(application)),
    );
    await waitUntilServedBy(shop, good, 60);
    expect.within('from the merged revert to a healthy shop on the previous version', secondsSince(merged), 45);
    traffic.mark(`healthy on ${good}`);
    await waitUntilStable(shop, { revision: sha });
    expect.equal('all pods are on the good version', [...new Set(shop.pods.items.map(versionOf))], [good]);
    await expectRun(stage, { workflow: 'build.yml', sha, on: 'merge' });
    await expectNoneLost(expect, traffic);
    state.mergeCommit = sha;
    state.version = good;
  },
};
