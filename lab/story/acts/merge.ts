import type { Act } from '../act.ts';
import { mergePullRequest } from '../repository/pull-requests.ts';
import { expectRun } from '../repository/workflow-runs.ts';
import { findDigests, shaTag } from '../shop/shop.ts';

const SEED = 'app/api/src/seed.ts';

/** Raises the first price in the shop by ten cents. */
const raisePrice = (text: string): string =>
  text.replace(/(priceCents: )(\d+)/, (_, key: string, cents: string) => `${key}${Number(cents) + 10}`);

export const merge: Act = {
  name: 'merge',
  title: 'A merged pull request is built',
  timeoutSeconds: 240,
  async play(stage) {
    const { world, expect, state, progress } = stage;
    const sha = await mergePullRequest(stage, {
      branch: 'price',
      title: 'Raise the first price by ten cents',
      body: 'The supplier did the same.',
      async commit(clone) {
        await clone.edit(SEED, raisePrice);
        await clone.commit('feat(shop): raise the first price by ten cents');
      },
    });
    progress(`merged as ${sha.slice(0, 12)}: build.yml runs`);
    await expectRun(stage, { workflow: 'build.yml', sha, on: 'merge' });
    const digests = await findDigests(world, 'staging', shaTag(sha));
    expect.holds(
      "both images are in staging under the commit's tag",
      digests.every((digest) => digest !== undefined),
      `${shaTag(sha)}: ${digests.map((digest) => digest?.slice(0, 19) ?? 'missing').join(', ')}`,
    );
    state.mergeCommit = sha;
  },
};
