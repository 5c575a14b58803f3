import type { Act } from '../act.ts';
import { expectRun, mergeChange } from '../repository/pull-requests.ts';
import { digestsOf, shaTag } from '../shop/shop.ts';

const SEED = 'app/api/src/seed.ts';

/** The first price in the shop, ten cents higher. */
const raisePrice = (text: string): string =>
  text.replace(/(priceCents: )(\d+)/, (_, key: string, cents: string) => `${key}${Number(cents) + 10}`);

export const merge: Act = {
  name: 'merge',
  number: 7,
  title: 'A merged pull request makes a build',
  limit: 240,
  async play(world, expect, thread, progress) {
    const sha = await mergeChange(world, expect, progress, {
      name: 'price',
      title: 'Raise the first price by ten cents',
      body: 'The supplier did the same.',
      async make(clone) {
        await clone.edit(SEED, raisePrice);
        await clone.commit('feat(shop): raise the first price by ten cents');
      },
    });
    progress(`merged as ${sha.slice(0, 12)}: build.yml runs`);
    await expectRun(world, expect, progress, { workflow: 'build.yml', sha, on: 'merge' });
    const digests = await digestsOf(world, 'staging', shaTag(sha));
    expect.holds(
      'both images are in staging under the commit',
      digests.every((digest) => digest !== undefined),
      `${shaTag(sha)}: ${digests.map((digest) => digest?.slice(0, 19) ?? 'missing').join(', ')}`,
    );
    thread.mergeCommit = sha;
  },
};
