import type { Act } from '../act.ts';
import { waitForRun } from '../hub-client.ts';
import { REQUIRED_CHECK } from '../set-up.ts';
import { digestsOf, shaTag } from '../shop.ts';

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
    const { developer, where } = world;
    const clone = await world.openClone();
    const branch = `price-${(await clone.git('rev-parse', '--short=12', 'HEAD')).trim()}`;
    await clone.git('checkout', '--quiet', '-B', branch);
    await clone.edit(SEED, raisePrice);
    const head = await clone.commit('feat(shop): raise the first price by ten cents');
    await clone.git('push', '--quiet', '--force', 'origin', branch);

    const { data: pull } = await developer.pulls.create({
      ...where,
      title: 'Raise the first price by ten cents',
      head: branch,
      base: 'main',
      body: 'The supplier did the same.',
    });
    progress(`pull request #${pull.number}: its check runs`);
    const check = await waitForRun(developer, where, { workflow: 'ci.yml', sha: head });
    expect.equal(`the pull request's check "${REQUIRED_CHECK}" passes`, check.conclusion, 'success');
    const { data: merged } = await developer.pulls.merge({ ...where, pull_number: pull.number, merge_method: 'merge' });

    progress(`merged as ${merged.sha.slice(0, 12)}: build.yml runs`);
    const run = await waitForRun(developer, where, { workflow: 'build.yml', sha: merged.sha });
    if (run.conclusion !== 'success') progress((await world.admin.runLog(run.id)).split('\n').slice(-40).join('\n'));
    expect.equal('build.yml runs on the merge and succeeds', run.conclusion, 'success');
    const digests = await digestsOf(world, 'staging', shaTag(merged.sha));
    expect.holds(
      'both images are in staging under the commit',
      digests.every((digest) => digest !== undefined),
      `${shaTag(merged.sha)}: ${digests.map((digest) => digest?.slice(0, 19) ?? 'missing').join(', ')}`,
    );
    thread.mergeCommit = merged.sha;
  },
};
