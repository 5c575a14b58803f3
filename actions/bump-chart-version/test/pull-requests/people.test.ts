import { describe, expect, it } from '@jest/globals';
import { FakeRepository } from '../fake-repository.ts';
import { CHART } from '../helpers.ts';
import { bumpInPullRequest } from './scene.ts';

const PEOPLE = {
  'pull-request-reviewers': 'alice\nBob\nacme/ops',
  'pull-request-assignees': 'carol\ndave',
  'pull-request-draft': 'true',
};
const run = (repository: FakeRepository, version: string, inputs: Record<string, string> = PEOPLE) =>
  bumpInPullRequest(repository, { version, ...inputs });

describe('the people of a pull request', () => {
  it('are asked and assigned once, and it is opened as a draft', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    for (const version of ['1.4.2', '1.4.2', '1.4.3']) await run(repository, version);
    expect(repository.pulls).toMatchObject([
      { isDraft: true, requested: { users: ['alice', 'Bob'], teams: ['ops'] }, assignees: ['carol', 'dave'] },
    ]);
  });

  it('are completed by the next run when one was killed after opening the pull request', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    await run(repository, '1.4.2', { 'pull-request-reviewers': 'bob' });
    await run(repository, '1.4.2');
    expect(repository.pulls).toMatchObject([
      { requested: { users: ['bob', 'alice'], teams: ['ops'] }, assignees: ['carol', 'dave'] },
    ]);
  });

  it('are not asked again after a review', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    await run(repository, '1.4.2', {});
    Object.assign(repository.pulls[0] ?? {}, { reviewed: ['bob'] });
    await run(repository, '1.4.3');
    expect(repository.pulls).toMatchObject([{ requested: { users: ['alice'], teams: [] } }]);
  });
});
