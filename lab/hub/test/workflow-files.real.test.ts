import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TokenKind } from '../store/types.ts';
import { expectFailure, SHOP, startWithCommit } from './helpers.ts';

const WORKFLOW = '.github/workflows/build.yml';

describe('workflow files', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let main: string;
  let other: string;
  beforeAll(async () => {
    test = await startWithCommit();
    main = await test.work.commit({ [WORKFLOW]: 'on: push\n' }, 'ci: build');
    await test.work.git('push', '--quiet', 'origin', 'main');
    await test.work.git('checkout', '--quiet', '-b', 'other');
    other = await test.work.commit({ [WORKFLOW]: 'on: pull_request\n' }, 'ci: pull requests');
    await test.work.git('push', '--quiet', 'origin', 'other');
    test.hub.admin.createUser('release-bot[bot]', 'Bot');
  });
  afterAll(() => test.close());

  const createToken = (kind: TokenKind, permissions: Record<string, 'write'> = {}) =>
    test.hub.admin.createToken({
      login: kind === 'job' ? 'github-actions[bot]' : kind === 'app' ? 'release-bot[bot]' : 'alice',
      kind,
      permissions: { contents: 'write', ...permissions },
      repositories: ['alice/shop'],
    });
  let tags = 0;
  const release = (token: string, more: object) =>
    test.octokit(token).rest.repos.createRelease({ ...SHOP, tag_name: `v1.0.${++tags}`, ...more });

  it.each([
    ['job', {}, 404, 'Not Found'],
    ['job', { workflows: 'write' }, 404, 'Not Found'],
    ['app', {}, 403, 'Resource not accessible by integration'],
  ] as const)('that differ from main prevent a release by a token of kind %s with %j', async (...row) => {
    const [kind, permissions, status, message] = row;
    const token = createToken(kind, permissions);
    expect(await expectFailure(release(token, { target_commitish: 'other' }))).toMatchObject({ status, message });
    const { data: draft } = await release(token, { draft: true });
    const move = test
      .octokit(token)
      .rest.repos.updateRelease({ ...SHOP, release_id: draft.id, target_commitish: other });
    expect((await expectFailure(move)).status).toBe(status);
  });

  it.each([
    ['app', { workflows: 'write' }],
    ['user', {}],
  ] as const)('that differ from main can be released by a token of kind %s with %j', async (kind, permissions) => {
    expect((await release(createToken(kind, permissions), { target_commitish: 'other' })).status).toBe(201);
  });

  it('that are not at the target, or as on main, prevent no release', async () => {
    for (const target of [test.first, main, 'main'])
      expect((await release(createToken('job'), { target_commitish: target })).status).toBe(201);
  });

  it.each([
    ['job', {}],
    ['job', { workflows: 'write' }],
    ['app', {}],
  ] as const)('cannot be pushed with a token of kind %s with %j', async (kind, permissions) => {
    await test.work.git('checkout', '--quiet', '-B', 'pushed', main);
    await test.work.commit({ [WORKFLOW]: `# ${kind}\n` }, 'ci: change');
    await test.work.commit({ a: kind }, 'feat: a');
    const url = `${test.hub.url.replace('://', `://x:${createToken(kind, permissions)}@`)}/alice/shop.git`;
    expect(await test.work.expectFailure('push', url, 'HEAD:refs/heads/pushed')).toContain(
      `refusing to allow a GitHub App to create or update workflow \`${WORKFLOW}\` without \`workflows\` permission`,
    );
    await test.work.git('checkout', '--quiet', main);
    await test.work.git('push', '--quiet', '--force', url, 'HEAD:refs/heads/as-on-main');
  });

  it.each([
    ['app', { workflows: 'write' }],
    ['user', {}],
  ] as const)('can be pushed with a token of kind %s with %j', async (kind, permissions) => {
    await test.work.git('checkout', '--quiet', '-B', 'pushed', main);
    await test.work.commit({ [WORKFLOW]: `# ${kind}\n` }, 'ci: change');
    const url = `${test.hub.url.replace('://', `://x:${createToken(kind, permissions)}@`)}/alice/shop.git`;
    await test.work.git('push', '--quiet', '--force', url, 'HEAD:refs/heads/pushed');
  });

  it('come with a merge of commits that the repository has', async () => {
    await test.work.git('checkout', '--quiet', '-B', 'merged', test.first);
    await test.work.commit({ b: 'b' }, 'feat: b');
    await test.work.git('merge', '--quiet', '--no-edit', main);
    const url = `${test.hub.url.replace('://', `://x:${createToken('job')}@`)}/alice/shop.git`;
    await test.work.git('push', '--quiet', url, 'HEAD:refs/heads/merged');
  });
});
