import { describe, expect, it } from '@jest/globals';
import { settings } from '../helpers.ts';

const read = async (inputs: Record<string, string>) =>
  (await settings({ mode: 'pull-request', ...inputs })).pullRequest;

describe('the inputs of the pull request', () => {
  it('have defaults', async () => {
    expect(await read({})).toEqual({
      branch: undefined,
      body: '',
      labels: [],
      reviewers: { users: [], teams: [] },
      assignees: [],
      isDraft: false,
      autoMerge: undefined,
    });
  });

  it.each<[string, Record<string, string>, object]>([
    [
      'users and teams as reviewers',
      { 'pull-request-reviewers': 'alice\n@bob-1\nacme/release-team\n@acme/ops\ndependabot[bot]' },
      { reviewers: { users: ['alice', 'bob-1', 'dependabot[bot]'], teams: ['release-team', 'ops'] } },
    ],
    ['assignees', { 'pull-request-assignees': 'alice\n@bob_acme' }, { assignees: ['alice', 'bob_acme'] }],
    ['a draft', { 'pull-request-draft': 'true', 'auto-merge': 'false' }, { isDraft: true, autoMerge: undefined }],
    [
      'a body',
      { 'pull-request-body': 'Release {version}\n{changes}\nBye' },
      { body: 'Release {version}\n{changes}\nBye' },
    ],
    [
      'a branch',
      { 'pull-request-branch': 'bump/{chart}-{branch}/{version}' },
      { branch: 'bump/{chart}-{branch}/{version}' },
    ],
    ['a branch by its ref', { 'pull-request-branch': 'refs/heads/bump' }, { branch: 'bump' }],
  ])('can be %s', async (_, inputs, expected) => {
    expect(await read(inputs)).toMatchObject(expected);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a reviewer with a space',
      { 'pull-request-reviewers': 'a b' },
      'pull-request-reviewers (line 1) is not the login of a user',
    ],
    ['a reviewer that is an e-mail address', { 'pull-request-reviewers': 'a@b.c' }, 'is not the login of a user'],
    [
      'a team with two slashes',
      { 'pull-request-reviewers': 'a/b/c' },
      'is neither the login of a user nor ORGANIZATION/TEAM',
    ],
    [
      'a team without a name',
      { 'pull-request-reviewers': 'a/' },
      'is neither the login of a user nor ORGANIZATION/TEAM',
    ],
    ['a team as assignee', { 'pull-request-assignees': 'acme/ops' }, 'is not the login of a user'],
    [
      '11 assignees',
      { 'pull-request-assignees': Array(11).fill('a').join('\n') },
      'names 11 users, and GitHub accepts 10',
    ],
    [
      'a draft that is merged automatically',
      { 'pull-request-draft': 'true', 'auto-merge': 'squash' },
      'contradicts auto-merge',
    ],
    ['an unknown method of merging', { 'auto-merge': 'fast' }, 'auto-merge is not a boolean'],
    [
      'an unknown placeholder in the body',
      { 'pull-request-body': '{chart} {what}' },
      'pull-request-body has the unknown placeholder {what}',
    ],
    [
      'an unknown placeholder in the branch',
      { 'pull-request-branch': 'x/{what}' },
      'pull-request-branch has the unknown placeholder {what}',
    ],
    ['an unknown placeholder in a label', { 'pull-request-labels': '{what}' }, 'has the unknown placeholder {what}'],
    [
      'an invalid branch',
      { 'pull-request-branch': 'x..{chart}' },
      'pull-request-branch is not a valid Git reference name',
    ],
    [
      'a body without room for the changes',
      { 'pull-request-body': 'x'.repeat(60_001) },
      'is longer than the 60000 characters',
    ],
  ])('cannot be %s', async (_, inputs, problem) => {
    await expect(read(inputs)).rejects.toThrow(problem);
  });
});
