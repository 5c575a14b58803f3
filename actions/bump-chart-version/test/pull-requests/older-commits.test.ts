import { expect, it } from '@jest/globals';
import type { Outcome } from '../../src/outputs.ts';
import { FakeRepository } from '../fake-repository.ts';
import { CHART, image } from '../helpers.ts';
import { BRANCH, bumpInPullRequest } from './scene.ts';

const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
const VALUES = 'image: { repository: r.io/web, tag: sha-0, digest: "" }\n';

function createRepository(): FakeRepository {
  const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES });
  repository.source = [FIRST, SECOND, THIRD];
  return repository;
}

/** A run for a commit of the source. */
function run(repository: FakeRepository, sha: string, inputs: Record<string, string> = {}): Promise<Outcome> {
  const images = image('r.io/web', [`sha-${sha.slice(0, 12)}`], `sha256:${sha.slice(0, 32).repeat(2)}`);
  const origin = { repository: 'octo/shop', sha, runUrl: undefined };
  return bumpInPullRequest(repository, { version: 'patch', images, ...inputs }, origin);
}

const proposed = (repository: FakeRepository): string | undefined =>
  repository.head(BRANCH).files['helm/shop/values.yaml'];

it('a run for an older commit leaves the pull request of a newer one alone', async () => {
  const repository = createRepository();
  await run(repository, SECOND);
  const { plan, commit } = await run(repository, FIRST);
  expect(commit).toBeUndefined();
  expect(plan.charts[0]?.skipped).toContain(`on the branch ${BRANCH}, helm/shop has r.io/web of the commit 2222`);
  expect(proposed(repository)).toContain('sha-222222222222');
});

it('a run for an older commit leaves commits of other authors on that branch alone too', async () => {
  const repository = createRepository();
  await run(repository, SECOND);
  repository.push(BRANCH, { 'helm/shop/README.md': 'why' }, 'fix: by hand');
  const { commit } = await run(repository, FIRST);
  expect(commit).toBeUndefined();
  expect(proposed(repository)).toContain('sha-222222222222');
});

it.each([
  ['a newer commit', THIRD, {}],
  ['an older commit with allow-downgrade', FIRST, { 'allow-downgrade': 'true' }],
])('a run for %s updates the pull request', async (_, sha, inputs) => {
  const repository = createRepository();
  await run(repository, SECOND);
  await run(repository, sha, inputs);
  expect(proposed(repository)).toContain(`sha-${sha.slice(0, 12)}`);
});

it('a pull request that was closed without a merge does not count as newer', async () => {
  const repository = createRepository();
  await run(repository, SECOND);
  Object.assign(repository.pulls[0] ?? {}, { closedAt: repository.head(BRANCH).oid });
  await run(repository, FIRST);
  expect(proposed(repository)).toContain('sha-111111111111');
});
