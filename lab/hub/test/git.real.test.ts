import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectFailure, SHOP, startTestHub, startWithCommit, type TestHub, WorkTree } from './helpers.ts';

describe('Git over HTTP', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeAll(async () => {
    test = await startWithCommit();
  });
  afterAll(() => test.close());

  it('serves what was pushed, with and without .git in the address, and without a token for a public repository', async () => {
    for (const suffix of ['.git', '']) {
      const clone = await WorkTree.create(test.hub.url, test.alice);
      await clone.git('pull', '--quiet', `${test.hub.url}/alice/shop${suffix}`, 'main');
      expect(await readFile(join(clone.directory, 'README.md'), 'utf8')).toBe('# shop\n');
      expect(((await stat(join(clone.directory, 'run.sh'))).mode & 0o111) !== 0).toBe(true);
      await clone.remove();
    }
  });

  it('emits events for a push, with its commits and files, and for the new branch', async () => {
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

  it('marks a rewritten branch as forced and a removed one as deleted', async () => {
    await test.work.git('commit', '--quiet', '--amend', '--message', 'feat: three');
    await test.work.git('push', '--quiet', '--force', 'origin', 'feature');
    expect(test.events.at(-1)?.payload).toMatchObject({ forced: true });
    await test.work.git('push', '--quiet', 'origin', ':feature');
    expect(test.events.at(-1)).toMatchObject({ name: 'delete', ref: 'refs/heads/feature', sha: '0'.repeat(40) });
    await test.work.git('checkout', '--quiet', 'main');
  });

  it('treats a tag whose name looks like a command as a name', async () => {
    const name = 'v1.0.0$(touch${IFS}pwned)';
    await test.work.git('tag', name);
    await test.work.git('push', '--quiet', 'origin', name);
    expect(test.events.filter(({ name: event }) => event === 'push').at(-1)?.ref).toBe(`refs/tags/${name}`);
    const { data } = await test.octokit(test.alice).rest.git.getRef({ ...SHOP, ref: `tags/${name}` });
    expect(data.ref).toBe(`refs/tags/${name}`);
  });

  it('keeps an annotated tag as a separate object', async () => {
    await test.work.git('tag', '--annotate', '--message', 'the first', 'v0.1.0');
    await test.work.git('push', '--quiet', 'origin', 'v0.1.0');
    const { rest } = test.octokit(test.alice);
    const { data: ref } = await rest.git.getRef({ ...SHOP, ref: 'tags/v0.1.0' });
    expect(ref.object.type).toBe('tag');
    const { data: tag } = await rest.git.getTag({ ...SHOP, tag_sha: ref.object.sha });
    expect(tag).toMatchObject({ tag: 'v0.1.0', message: 'the first', object: { sha: test.first, type: 'commit' } });
  });

  it('rejects an invalid token, a token without the permission, and a repository that does not exist', async () => {
    const reader = test.hub.admin.createToken({ login: 'alice', permissions: { contents: 'read' } });
    const invalid = await WorkTree.create(test.hub.url, 'ghp_wrong');
    const weak = await WorkTree.create(test.hub.url, reader);
    const missing = await WorkTree.create(test.hub.url, test.alice, 'alice/nothing');
    for (const work of [invalid, weak, missing]) await work.commit({ x: 'x' }, 'chore: x');
    expect(await invalid.expectFailure('push', 'origin', 'main')).toMatch(
      /Authentication failed|could not read|Invalid username/,
    );
    expect(await weak.expectFailure('push', 'origin', 'HEAD:refs/heads/x')).toMatch(
      /Permission to alice\/shop.git denied to alice|403/,
    );
    expect(await missing.expectFailure('push', 'origin', 'main')).toMatch(/not found/);
    for (const work of [invalid, weak, missing]) await work.remove();
  });

  it('rejects refs of pull requests, which only it writes', async () => {
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
    'survives a client that disconnects in the middle of %s',
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

  it('responds with 400 to a request that is not a push', async () => {
    const response = await fetch(`${test.hub.url}/alice/shop.git/git-receive-pack`, {
      method: 'POST',
      headers: { authorization: `Bearer ${test.alice}` },
      body: 'nonsense',
    });
    expect(response.status).toBe(400);
  });

  it.each([
    '/../../etc/passwd',
    '/alice/..%2f..%2fshop.git/info/refs?service=git-upload-pack',
    '/api/v3/repos/..%2f/x',
  ])('does not leave its directory for %s', async (path) => {
    const response = await fetch(test.hub.url + path);
    expect([401, 404]).toContain(response.status);
  });
});

describe("a job's token", () => {
  let test: TestHub;
  beforeAll(async () => {
    test = await startTestHub();
  });
  afterAll(() => test.close());

  it('starts no workflow with what it does, and is invalid once deleted', async () => {
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
