import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN, startTestHub, type TestHub } from './helpers.ts';

let test: TestHub;
beforeEach(async () => {
  test = await startTestHub({ repository: false });
});
afterEach(() => test.close());

/** Creates a repository of alice with a run and a job, each with a log line. @returns their ids */
async function createRun(name: string, isPrivate: boolean): Promise<{ run: number; job: number }> {
  await test.octokit(test.alice).rest.repos.createForAuthenticatedUser({ name, private: isPrivate });
  const { runs } = test.hub;
  const run = runs.createRun({
    repository: `alice/${name}`,
    event: 'push',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    path: 'a.yml',
    name: 'a',
    actor: 'alice',
  });
  const job = runs.createJob(run.id, 'build');
  for (const { id } of [run, job]) runs.appendLog(id, 'a line\n');
  return { run: run.id, job: job.id };
}

async function read(id: number, token?: string): Promise<number> {
  const response = await fetch(`${test.hub.url}/_lab/runs/${id}/log`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  expect(text === 'a line\n').toBe(response.status === 200);
  return response.status;
}

describe('the log of a run', () => {
  it('of a public repository is public', async () => {
    const { run, job } = await createRun('shop', false);
    expect([await read(run), await read(job)]).toEqual([200, 200]);
    expect(await test.admin.log(run)).toBe('a line\n');
  });

  it('of a private repository requires a token that may read its runs, or the admin token', async () => {
    const { run, job } = await createRun('secret', true);
    test.hub.admin.createUser('mallory');
    const stranger = test.hub.admin.createToken({ login: 'mallory', permissions: 'all' });
    const other = test.hub.admin.createToken({ login: 'alice', permissions: { contents: 'write' } });
    const reader = test.hub.admin.createToken({ login: 'alice', permissions: { actions: 'read' } });
    for (const id of [run, job]) {
      expect(await read(id)).toBe(404);
      expect(await read(id, 'unknown')).toBe(401);
      expect(await read(id, stranger)).toBe(404);
      expect(await read(id, other)).toBe(403);
      expect(await read(id, reader)).toBe(200);
      expect(await read(id, test.alice)).toBe(200);
      expect(await read(id, ADMIN)).toBe(200);
    }
  });

  it.each([0, 99_999, 'x', '1.5'])('does not exist for %s', async (id) => {
    expect(await read(id as number)).toBe(404);
  });
});
