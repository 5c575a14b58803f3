import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectFailure, SHOP, startWithCommit } from './helpers.ts';

describe('pull requests', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    await test.work.commit({ 'a.md': 'a' }, 'feat: a');
    await test.work.git('push', '--quiet', 'origin', 'HEAD:refs/heads/topic');
  });
  afterAll(() => test.close());

  const NEW = { ...SHOP, head: 'topic', base: 'main' };

  it('have titles and bodies of limited length, in characters', async () => {
    const texts = { title: 'x'.repeat(257), body: 'x'.repeat(65_537) };
    const error = (field: 'title' | 'body', maximum: number) => ({
      resource: 'Issue',
      code: 'custom',
      field,
      message: `${field} is too long (maximum is ${maximum} characters)`,
    });
    const errors = [error('title', 256), error('body', 65_536)];
    const failure = await expectFailure(rest.pulls.create({ ...NEW, ...texts }));
    expect(failure).toMatchObject({ status: 422, message: 'Validation Failed', errors });
    const longest = { title: '😀'.repeat(256), body: '😀'.repeat(65_536) };
    const { data: pull } = await rest.pulls.create({ ...NEW, ...longest });
    const update = rest.pulls.update({ ...SHOP, pull_number: pull.number, body: texts.body });
    expect((await expectFailure(update)).status).toBe(422);
    expect((await rest.pulls.get({ ...SHOP, pull_number: pull.number })).data).toMatchObject(longest);
  });

  it('have labels of limited length', async () => {
    const label = (name: string) => rest.issues.addLabels({ ...SHOP, issue_number: 1, labels: [name] });
    const failure = await expectFailure(label('x'.repeat(51)));
    expect(failure).toMatchObject({
      status: 422,
      errors: [{ resource: 'Label', field: 'name', message: 'name is too long (maximum is 50 characters)' }],
    });
    expect((await label('x'.repeat(50))).data).toHaveLength(1);
  });

  it('have collaborators as reviewers and assignees', async () => {
    test.hub.admin.createUser('bob');
    test.hub.admin.createUser('carol');
    await rest.repos.addCollaborator({ ...SHOP, username: 'bob', permission: 'push' });
    const ask = (reviewers: string[], team_reviewers: string[] = []) =>
      rest.pulls.requestReviewers({ ...SHOP, pull_number: 1, reviewers, team_reviewers });
    for (const refused of [ask(['carol']), ask(['nobody']), ask([], ['ops'])])
      expect((await expectFailure(refused)).message).toContain('Reviews may only be requested from collaborators.');
    expect((await expectFailure(ask(['alice']))).message).toContain(
      'Review cannot be requested from pull request author.',
    );
    await ask(['Bob']);
    await ask(['bob']);
    const assign = (assignees: string[]) => rest.issues.addAssignees({ ...SHOP, issue_number: 1, assignees });
    await assign(['bob', 'carol']);
    expect((await assign(['alice', 'bob'])).data.assignees?.map(({ login }) => login)).toEqual(['bob', 'alice']);
    const { data: pull } = await rest.pulls.get({ ...SHOP, pull_number: 1 });
    expect(pull.requested_reviewers?.map(({ login }) => login)).toEqual(['bob']);
    expect(pull.assignee?.login).toBe('bob');
  });
});
