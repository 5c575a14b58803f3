import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOctokit } from '../admin-client.ts';
import { startHub } from '../index.ts';
import { ADMIN, commitOnMain, SHOP, startTestHub, startWithCommit, WorkTree } from './helpers.ts';

describe('a hub that is started again', () => {
  it('continues with its state, on a given port', async () => {
    const test = await startWithCommit();
    const { rest } = test.octokit(test.alice);
    const { data: release } = await rest.repos.createRelease({ ...SHOP, tag_name: 'v1.0.0' });
    await rest.repos.uploadReleaseAsset({
      ...SHOP,
      release_id: release.id,
      url: release.upload_url,
      name: 'a',
      data: 'a',
    });
    await rest.actions.createRepoVariable({ ...SHOP, name: 'X', value: '1' });
    const run = test.hub.runs.createRun({
      repository: 'alice/shop',
      event: 'push',
      ref: 'refs/heads/main',
      sha: test.first,
      path: 'a.yml',
      name: 'a',
      actor: 'alice',
    });
    test.hub.runs.appendLog(run.id, 'half\n');
    const port = Number(new URL(test.hub.url).port);
    await test.hub.close();
    const again = await startHub({ dataDir: test.dataDir, adminToken: ADMIN, port });
    expect(again.url).toBe(test.hub.url);
    // The client finds out with its next call that its idle connections were closed with the first hub.
    await fetch(again.url).catch(() => fetch(again.url));
    const { data: found } = await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.0' });
    expect(found.assets.map(({ name, digest }) => [name, digest?.length])).toEqual([['a', 71]]);
    expect(again.admin.variables('alice/shop')).toMatchObject([{ name: 'X', value: '1' }]);
    const { data: shown } = await rest.actions.listWorkflowRunsForRepo(SHOP);
    expect(shown.workflow_runs.map(({ id, status, conclusion }) => [id, status, conclusion])).toEqual([
      [run.id, 'completed', 'cancelled'],
    ]);
    expect(again.runs.log(run.id)).toBe('half\n');
    await test.work.commit({ more: 'm' }, 'feat: more');
    await test.work.git('push', '--quiet', 'origin', 'main');
    expect(again.runs.createRun({ ...run }).number).toBe(2);
    await again.close();
    await test.work.remove();
    await rm(test.dataDir, { recursive: true });
  });

  it('fails when its port is taken', async () => {
    const test = await startTestHub({ repository: false });
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-'));
    const port = Number(new URL(test.hub.url).port);
    await expect(startHub({ dataDir, adminToken: ADMIN, port })).rejects.toThrow(/EADDRINUSE/);
    await rm(dataDir, { recursive: true });
    await test.close();
  });
});

describe('a hub that is killed', () => {
  let dataDir: string;
  let child: ChildProcess;

  async function serve(): Promise<{ url: string; token: string }> {
    child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/serve-hub.ts'), dataDir, ADMIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!child.stdout) throw new Error('the hub has no output');
    for await (const line of createInterface({ input: child.stdout }))
      return JSON.parse(line) as { url: string; token: string };
    throw new Error('the hub did not start');
  }

  async function kill(): Promise<void> {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hub-test-'));
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) await kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has lost nothing that it had confirmed, and continues', async () => {
    const first = await serve();
    const api = createOctokit(first.url, first.token).rest;
    await api.repos.createForAuthenticatedUser({ name: 'shop' });
    const work = await WorkTree.create(first.url, first.token);
    const start = await work.commit({ a: 'a' }, 'chore: begin');
    await work.git('push', '--quiet', 'origin', 'main');
    const confirmed: string[] = [];
    const write = async (head: string): Promise<void> => {
      const sha = await commitOnMain(first, head, { [`f${confirmed.length}`]: 'x' });
      confirmed.push(sha);
      if (confirmed.length === 4) child.kill('SIGKILL');
      await write(sha);
    };
    await expect(write(start)).rejects.toThrow();
    // What a Git process of the hub can leave behind when the machine stops.
    const [id = ''] = await readdir(join(dataDir, 'repositories'));
    await writeFile(join(dataDir, 'repositories', id, 'refs/heads/main.lock'), '');

    const second = await serve();
    const again = createOctokit(second.url, second.token).rest;
    const { data: commits } = await again.repos.listCommits({ ...SHOP, per_page: 100 });
    const shas = commits.map(({ sha }) => sha);
    expect(shas).toEqual(expect.arrayContaining(confirmed));
    expect(commits.length - 1 - confirmed.length).toBeLessThanOrEqual(1);
    await commitOnMain(second, shas[0] ?? '', { after: 'x' });
    await work.git(
      'remote',
      'set-url',
      'origin',
      `${second.url.replace('://', `://x:${second.token}@`)}/alice/shop.git`,
    );
    await work.git('pull', '--quiet', 'origin', 'main');
    await work.git('fsck', '--strict');
    await work.remove();
  });

  it('updates its pull requests to their branches', async () => {
    const first = await serve();
    const api = createOctokit(first.url, first.token).rest;
    await api.repos.createForAuthenticatedUser({ name: 'shop' });
    const work = await WorkTree.create(first.url, first.token);
    await work.commit({ a: 'a' }, 'chore: begin');
    await work.git('push', '--quiet', 'origin', 'main');
    for (const name of ['merged', 'moved']) {
      await work.git('checkout', '--quiet', '-B', name, 'origin/main');
      await work.commit({ [name]: 'x' }, `feat: ${name}`);
      await work.git('push', '--quiet', 'origin', name);
      await api.pulls.create({ ...SHOP, title: name, head: name, base: 'main' });
    }
    await kill();
    // As if it had been killed after Git moved the refs and before the hub saved what follows.
    const [id = ''] = await readdir(join(dataDir, 'repositories'));
    const next = await work.commit({ moved: 'y' }, 'feat: moved on');
    await work.git('push', '--quiet', join(dataDir, 'repositories', id), 'merged:main', 'moved');

    const second = await serve();
    const again = createOctokit(second.url, second.token).rest;
    expect((await again.pulls.get({ ...SHOP, pull_number: 1 })).data).toMatchObject({ state: 'closed', merged: true });
    const { data: open } = await again.pulls.get({ ...SHOP, pull_number: 2 });
    expect([open.state, open.head.sha, open.mergeable]).toEqual(['open', next, true]);
    await work.remove();
  });
});
