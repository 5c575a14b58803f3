import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pullRequestRuleset } from '../admin-client.ts';
import {
  createBotToken,
  expectFailure,
  SHOP,
  startTestHub,
  startWithCommit,
  type TestHub,
  WorkTree,
} from './helpers.ts';

describe('Git over HTTP', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeAll(async () => {
    test = await startWithCommit();
  });
  afterAll(() => test.close());

  it('gives back what was pushed, with and without .git in the address, without a token for a public repository', async () => {
    for (const suffix of ['.git', '']) {
      const clone = await WorkTree.create(test.hub.url, test.alice);
      await clone.git('pull', '--quiet', `${test.hub.url}/alice/shop${suffix}`, 'main');
      expect(await readFile(join(clone.directory, 'README.md'), 'utf8')).toBe('# shop\n');
      expect(((await stat(join(clone.directory, 'run.sh'))).mode & 0o111) !== 0).toBe(true);
      await clone.remove();
    }
  });

  it('tells of a push with its commits and files, and of the new branch', async () => {
    test.events.length = 0;
    await test.work.git('checkout', '--quiet', '-b', 'feature');
    await test.work.commit({ 'a b.txt': '1\n' }, 'feat: one');
    const head = await test.work.commit({ 'a b.txt': '2\n' }, 'feat: two');
    await test.work.git('push', '--quiet', 'origin', 'feature');
    expect(test.events.map(({ name, ref }) => [name, ref])).toEqual([
      ['push', 'refs/heads/feature'],
      ['create', 'refs/heads/feature'],
    ]);
    const [push] = test.events;
    expect(push).toMatchObject({ sha: head, actor: 'alice', triggersWorkflows: true, repository: 'alice/shop' });
    expect(push?.payload).toMatchObject({
      created: true,
      deleted: false,
      forced: false,
      after: head,
      commits: [
        { message: 'feat: one', added: ['a b.txt'], modified: [] },
        { message: 'feat: two', added: [], modified: ['a b.txt'] },
      ],
      head_commit: { id: head },
    });
  });

  it('calls a rewritten branch forced, and a removed one deleted', async () => {
    await test.work.git('commit', '--quiet', '--amend', '--message', 'feat: three');
    await test.work.git('push', '--quiet', '--force', 'origin', 'feature');
    expect(test.events.at(-1)?.payload).toMatchObject({ forced: true });
    await test.work.git('push', '--quiet', 'origin', ':feature');
    expect(test.events.at(-1)).toMatchObject({ name: 'delete', ref: 'refs/heads/feature', sha: '0'.repeat(40) });
    await test.work.git('checkout', '--quiet', 'main');
  });

  it('takes a tag whose name looks like a command as a name', async () => {
    const name = 'v1.0.0$(touch${IFS}pwned)';
    await test.work.git('tag', name);
    await test.work.git('push', '--quiet', 'origin', name);
    expect(test.events.filter(({ name: event }) => event === 'push').at(-1)?.ref).toBe(`refs/tags/${name}`);
    const { data } = await test.octokit(test.alice).rest.git.getRef({ ...SHOP, ref: `tags/${name}` });
    expect(data.ref).toBe(`refs/tags/${name}`);
  });

  it('keeps an annotated tag as an object of its own', async () => {
    await test.work.git('tag', '--annotate', '--message', 'the first', 'v0.1.0');
    await test.work.git('push', '--quiet', 'origin', 'v0.1.0');
    const { rest } = test.octokit(test.alice);
    const { data: ref } = await rest.git.getRef({ ...SHOP, ref: 'tags/v0.1.0' });
    expect(ref.object.type).toBe('tag');
    const { data: tag } = await rest.git.getTag({ ...SHOP, tag_sha: ref.object.sha });
    expect(tag).toMatchObject({ tag: 'v0.1.0', message: 'the first', object: { sha: test.first, type: 'commit' } });
  });

  it('refuses a wrong token, a token without the permission, and a repository that is not there', async () => {
    const reader = test.hub.admin.createToken({ login: 'alice', permissions: { contents: 'read' } });
    const wrong = await WorkTree.create(test.hub.url, 'ghp_wrong');
    const weak = await WorkTree.create(test.hub.url, reader);
    const lost = await WorkTree.create(test.hub.url, test.alice, 'alice/nothing');
    for (const work of [wrong, weak, lost]) await work.commit({ x: 'x' }, 'chore: x');
    expect(await wrong.expectFailure('push', 'origin', 'main')).toMatch(
      /Authentication failed|could not read|Invalid username/,
    );
    expect(await weak.expectFailure('push', 'origin', 'HEAD:refs/heads/x')).toMatch(
      /Permission to alice\/shop.git denied to alice|403/,
    );
    expect(await lost.expectFailure('push', 'origin', 'main')).toMatch(/not found/);
    for (const work of [wrong, weak, lost]) await work.remove();
  });

  it('refuses refs of pull requests, which are its own', async () => {
    expect(await test.work.expectFailure('push', 'origin', 'HEAD:refs/pull/9/head')).toMatch(/hidden ref/);
  });

  it('hides a private repository from others', async () => {
    await test.octokit(test.alice).rest.repos.createForAuthenticatedUser({ name: 'secret', private: true });
    test.hub.admin.createUser('mallory');
    const token = test.hub.admin.createToken({ login: 'mallory', permissions: 'all' });
    const work = await WorkTree.create(test.hub.url, token, 'alice/secret');
    expect(await work.expectFailure('fetch', 'origin')).toMatch(/not found/);
    expect((await expectFailure(test.octokit(token).rest.repos.get({ owner: 'alice', repo: 'secret' }))).status).toBe(
      404,
    );
    await work.remove();
  });

  it.each(['git-upload-pack', 'git-receive-pack'])(
    'survives a client that goes away in the middle of %s',
    async (service) => {
      const { hostname, port } = new URL(test.hub.url);
      const basic = Buffer.from(`x:${test.alice}`).toString('base64');
      const head = [
        `POST /alice/shop.git/${service} HTTP/1.1`,
        `host: ${hostname}`,
        `authorization: Basic ${basic}`,
        `content-type: application/x-${service}-request`,
        'content-length: 100000',
      ];
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n0032want`, resolve));
      socket.resetAndDestroy();
      await once(socket, 'close');
      expect(await test.work.git('ls-remote', 'origin', 'main')).toContain(test.first);
    },
  );

  it('answers what is no push with 400', async () => {
    const answer = await fetch(`${test.hub.url}/alice/shop.git/git-receive-pack`, {
      method: 'POST',
      headers: { authorization: `Bearer ${test.alice}` },
      body: 'nonsense',
    });
    expect(answer.status).toBe(400);
  });

  it.each([
    '/../../etc/passwd',
    '/alice/..%2f..%2fshop.git/info/refs?service=git-upload-pack',
    '/api/v3/repos/..%2f/x',
  ])('does not leave its directory for %s', async (path) => {
    const answer = await fetch(test.hub.url + path);
    expect([401, 404]).toContain(answer.status);
  });
});

describe('rules of a repository', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let bot: { token: string; id: number };
  beforeAll(async () => {
    test = await startWithCommit();
    bot = createBotToken(test.hub, { contents: 'write' });
    const { rest } = test.octokit(test.alice);
    await rest.repos.createRepoRuleset({
      ...SHOP,
      ...pullRequestRuleset({ bypassApps: [bot.id], rules: [{ type: 'deletion' }] }),
    });
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'no rewriting',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/release/*'], exclude: [] } },
      rules: [{ type: 'non_fast_forward' }, { type: 'required_linear_history' }],
    });
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'tags stay',
      target: 'tag',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } },
      rules: [{ type: 'deletion' }, { type: 'update' }],
    });
  });
  afterAll(() => test.close());

  it('refuse a direct push to main in the words of GitHub, and leave main alone', async () => {
    await test.work.commit({ 'README.md': 'direct\n' }, 'chore: direct');
    const said = await test.work.expectFailure('push', 'origin', 'main');
    expect(said).toContain('remote: error: GH013: Repository rule violations found for refs/heads/main.');
    expect(said).toContain('remote: - Changes must be made through a pull request.');
    expect(said).toContain('[remote rejected] main -> main (push declined due to repository rule violations)');
    const { data } = await test.octokit(test.alice).rest.git.getRef({ ...SHOP, ref: 'heads/main' });
    expect(data.object.sha).toBe(test.first);
    await test.work.git('reset', '--quiet', '--hard', test.first);
  });

  it('refuse the deletion of main', async () => {
    expect(await test.work.expectFailure('push', 'origin', ':main')).toContain('Cannot delete this protected ref.');
  });

  it('refuse the same over REST', async () => {
    const { rest } = test.octokit(test.alice);
    await test.work.git('push', '--quiet', 'origin', 'HEAD:refs/heads/ahead');
    await test.work.git('checkout', '--quiet', '-B', 'ahead', test.first);
    const sha = await test.work.commit({ x: 'x' }, 'feat: x');
    await test.work.git('push', '--quiet', '--force', 'origin', 'ahead');
    await test.work.git('checkout', '--quiet', 'main');
    const refusal = await expectFailure(rest.git.updateRef({ ...SHOP, ref: 'heads/main', sha }));
    expect(refusal).toMatchObject({
      status: 422,
      message: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    });
  });

  it('let the listed app push to main, and no other app', async () => {
    const other = createBotToken(test.hub, { contents: 'write' }, 'other[bot]');
    for (const [token, passes] of [
      [other.token, false],
      [bot.token, true],
    ] as const) {
      const work = await WorkTree.create(test.hub.url, token);
      await work.git('pull', '--quiet', 'origin', 'main');
      await work.commit({ [`by-${passes}`]: 'x' }, 'chore: by an app');
      if (passes) await work.git('push', '--quiet', 'origin', 'main');
      else expect(await work.expectFailure('push', 'origin', 'main')).toContain('GH013');
      await work.remove();
    }
  });

  it('refuse a force push that only the new objects show to be one, and a merge where history must be linear', async () => {
    await test.work.git('checkout', '--quiet', '-B', 'release/1', test.first);
    await test.work.commit({ one: '1' }, 'feat: one');
    await test.work.git('push', '--quiet', 'origin', 'release/1');
    await test.work.git('commit', '--quiet', '--amend', '--message', 'feat: other');
    expect(await test.work.expectFailure('push', '--force', 'origin', 'release/1')).toContain(
      'Cannot force-push to this branch.',
    );
    await test.work.git('reset', '--quiet', '--hard', 'origin/release/1');
    await test.work.git('checkout', '--quiet', '-B', 'side', test.first);
    await test.work.commit({ two: '2' }, 'feat: two');
    await test.work.git('checkout', '--quiet', 'release/1');
    await test.work.git('merge', '--quiet', '--no-ff', '--message', 'merge', 'side');
    expect(await test.work.expectFailure('push', 'origin', 'release/1')).toContain('must not contain merge commits');
    await test.work.git('reset', '--quiet', '--hard', 'origin/release/1');
    await test.work.commit({ three: '3' }, 'feat: three');
    await test.work.git('push', '--quiet', 'origin', 'release/1');
  });

  it('let a version tag be made, and neither moved nor deleted', async () => {
    await test.work.git('tag', 'v1.0.0', test.first);
    await test.work.git('push', '--quiet', 'origin', 'v1.0.0');
    await test.work.git('tag', '--force', 'v1.0.0', 'release/1');
    expect(await test.work.expectFailure('push', '--force', 'origin', 'v1.0.0')).toContain(
      'Cannot update this protected ref.',
    );
    expect(await test.work.expectFailure('push', 'origin', ':v1.0.0')).toContain('Cannot delete this protected ref.');
    const { rest } = test.octokit(test.alice);
    const sha = await test.work.git('rev-parse', 'release/1');
    expect((await expectFailure(rest.git.updateRef({ ...SHOP, ref: 'tags/v1.0.0', sha, force: true }))).status).toBe(
      422,
    );
  });

  it('refuse a whole push when one of its refs breaks one', async () => {
    await test.work.git('fetch', '--quiet', 'origin');
    await test.work.git('checkout', '--quiet', '-B', 'main', 'origin/main');
    await test.work.commit({ 'README.md': 'both\n' }, 'chore: both');
    await test.work.git('branch', '--force', 'free');
    expect(await test.work.expectFailure('push', 'origin', 'main', 'free')).toContain('GH013');
    expect(await test.work.git('ls-remote', 'origin', 'refs/heads/free')).toBe('');
  });

  it('that the hub could not enforce are refused', async () => {
    const { rest } = test.octokit(test.alice);
    const refusal = await expectFailure(
      rest.repos.createRepoRuleset({
        ...SHOP,
        name: 'x',
        enforcement: 'active',
        rules: [{ type: 'commit_message_pattern', parameters: { operator: 'contains', pattern: 'x' } }],
      }),
    );
    expect(refusal.status).toBe(422);
  });
});

describe("a job's token", () => {
  let test: TestHub;
  beforeAll(async () => {
    test = await startTestHub();
  });
  afterAll(() => test.close());

  it('marks what it does so that no workflow starts from it, and ends when it is deleted', async () => {
    const token = test.hub.admin.createJobToken('alice/shop', { contents: 'write' });
    const work = await WorkTree.create(test.hub.url, token);
    await work.commit({ x: 'x' }, 'chore: x');
    await work.git('push', '--quiet', 'origin', 'main');
    expect(test.events.map(({ triggersWorkflows }) => triggersWorkflows)).toEqual([false, false]);
    expect(test.events[0]?.actor).toBe('github-actions[bot]');
    expect(test.hub.admin.deleteToken(token)).toBe(true);
    expect(await expectFailure(test.octokit(token).rest.repos.get(SHOP))).toMatchObject({
      status: 401,
      message: 'Bad credentials',
    });
    await work.remove();
  });
});
