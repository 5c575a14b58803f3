import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHOP, startWithCommit } from './helpers.ts';

const TOTAL = 260;

describe('a comparison', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    await test.work.git('checkout', '--quiet', '-b', 'topic');
    const tree = await test.work.git('rev-parse', 'HEAD^{tree}');
    let tip = test.first;
    for (let number = 1; number < TOTAL; number++) {
      tip = await test.work.git('commit-tree', '-p', tip, '-m', `feat: ${number}`, tree);
    }
    await test.work.git('reset', '--quiet', '--hard', tip);
    await test.work.commit({ last: 'last' }, `feat: ${TOTAL}`);
    await test.work.git('push', '--quiet', 'origin', 'topic');
  });
  afterAll(() => test.close());

  const compare = async (basehead: string, query: { page?: number; per_page?: number } = {}) =>
    rest.repos.compareCommitsWithBasehead({ ...SHOP, basehead, ...query });
  const subjects = (data: Awaited<ReturnType<typeof compare>>['data']) =>
    data.commits.map(({ commit }) => Number(commit.message.replace('feat: ', '')));

  it('without a page has the newest 250 commits, oldest first', async () => {
    const { data } = await compare('main...topic');
    expect(data).toMatchObject({ status: 'ahead', ahead_by: TOTAL, behind_by: 0, total_commits: TOTAL });
    expect(data.merge_base_commit.sha).toBe(test.first);
    expect(subjects(data)).toEqual(Array.from({ length: 250 }, (_, index) => TOTAL - 249 + index));
    expect(data.files?.map(({ filename }) => filename)).toEqual(['last']);
  });

  it('has all commits on its pages, and the files on the first one', async () => {
    const all: number[] = [];
    for (let page = 1; page <= 3; page++) {
      const { data, headers } = await compare('main...topic', { page, per_page: 100 });
      all.push(...subjects(data));
      expect([page, data.total_commits, data.files?.length]).toEqual([page, TOTAL, page === 1 ? 1 : undefined]);
      expect(headers.link?.includes('rel="next"') ?? false).toBe(page < 3);
    }
    expect(all).toEqual(Array.from({ length: TOTAL }, (_, index) => index + 1));
    expect((await compare('main...topic', { page: 2 })).data.commits).toHaveLength(30);
  });

  it('names the account and the parents of each commit', async () => {
    const { data } = await compare('main...topic', { per_page: 1 });
    expect(data.commits[0]?.author?.login).toBe('alice');
    expect(data.commits[0]?.parents.map(({ sha }) => sha)).toEqual([test.first]);
  });

  it.each([
    ['topic...main', 'behind', 0, TOTAL],
    ['main...main', 'identical', 0, 0],
    ['alice:main...alice:topic', 'ahead', TOTAL, 0],
  ])('of %s is %s', async (basehead, status, ahead, behind) => {
    expect((await compare(basehead)).data).toMatchObject({ status, ahead_by: ahead, behind_by: behind });
  });
});
