import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { toolPath, toolsEnv } from '../../tools/index.ts';
import type { RunStore } from '../recorder.ts';
import { Runner, type RunnerEvent, type RunnerHost } from '../runner.ts';

/** A store that remembers what it is told. */
class MemoryRuns implements RunStore {
  readonly runs: { path: string; status: string; conclusion: string | null }[] = [];
  readonly jobs: { name: string; conclusion: string | null; steps: { name: string; conclusion: string | null }[] }[] =
    [];
  log = '';
  createRun(run: { path: string }) {
    const id = this.runs.push({ path: run.path, status: 'queued', conclusion: null }) - 1;
    return { id, number: id + 1 };
  }
  updateRun(id: number, change: object) {
    Object.assign(this.runs[id] as object, change);
  }
  createJob(_: number, name: string) {
    return { id: 1000 + this.jobs.push({ name, conclusion: null, steps: [] }) - 1 };
  }
  updateJob(_: number, id: number, change: object) {
    Object.assign(this.jobs[id - 1000] as object, change);
  }
  appendLog(id: number, text: string) {
    if (id < 1000) this.log += text;
  }
}

const REPORT = `const { appendFileSync } = require('fs');
console.log(JSON.stringify({ input: process.env['INPUT_WHO'], repo: process.env.GITHUB_REPOSITORY, ref: process.env.GITHUB_REF, sha: process.env.GITHUB_SHA, api: process.env.GITHUB_API_URL, run: process.env.GITHUB_RUN_ID, secretIsThere: process.env.SECRET === 'pa$$ "word" #1' }));
console.log('the secret is ' + process.env.SECRET);
appendFileSync(process.env.GITHUB_OUTPUT, 'list=["web","api"]\\n');
`;

const WORKFLOW = `
name: build
on: { push: { branches: [main], tags: ['v*'] } }
permissions: {}
jobs:
  one:
    runs-on: ubuntu-latest
    permissions: { contents: read }
    outputs: { list: "\${{ steps.report.outputs.list }}" }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: docs/shop/actions/report@v1
        id: report
        with: { who: "\${{ vars.WHO }}" }
        env: { SECRET: "\${{ secrets.SECRET }}" }
  two:
    needs: one
    runs-on: ubuntu-latest
    strategy: { matrix: { image: "\${{ fromJSON(needs.one.outputs.list) }}" } }
    steps:
      - run: echo image \${{ matrix.image }}
`;

describe('Runner', () => {
  let folder: string;
  let runs: MemoryRuns;
  let granted: object[];
  let revoked: string[];
  const bare = () => join(folder, 'shop.git');

  async function commit(files: Record<string, string>, message = 'change'): Promise<string> {
    const work = join(folder, 'work');
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), content);
    }
    const git = (...args: string[]) =>
      execa('git', [
        '-C',
        work,
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@localhost',
        '-c',
        'commit.gpgsign=false',
        ...args,
      ]);
    await git('add', '-A');
    await git('commit', '-qm', message);
    await git('push', '-q', '--force', bare(), 'HEAD:refs/heads/main', 'HEAD:refs/tags/v1');
    return (await git('rev-parse', 'HEAD')).stdout;
  }

  async function play(event: Partial<RunnerEvent> & { sha: string }, jobs?: Record<string, string[]>): Promise<void> {
    const host: RunnerHost = {
      serverUrl: 'http://127.0.0.1:1',
      apiUrl: 'http://127.0.0.1:1/api/v3',
      graphqlUrl: 'http://127.0.0.1:1/api/graphql',
      runs,
      bareRepository: (name) => (name === 'docs/shop' ? bare() : undefined),
      secrets: () => ({ SECRET: 'pa$$ "word" #1' }),
      variables: () => ({ WHO: 'a $(touch pwned) `id` ${HOME} "x" \\n' }),
      issueToken: (_, permissions) => {
        granted.push(permissions);
        return 'job-token';
      },
      revokeToken: (token) => revoked.push(token),
    };
    const runner = new Runner({
      host,
      act: toolPath('act'),
      folder: join(folder, 'runner'),
      hostEnv: { ...toolsEnv(), HOME: folder },
      ...(jobs === undefined ? {} : { jobs }),
    });
    runner.handle({
      name: 'push',
      repository: 'docs/shop',
      ref: 'refs/heads/main',
      actor: 'dev',
      payload: { ref: event.ref ?? 'refs/heads/main', after: event.sha },
      ...event,
    });
    await runner.idle();
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runner-'));
    runs = new MemoryRuns();
    granted = [];
    revoked = [];
    await execa('git', ['init', '-q', '--bare', '-b', 'main', bare()]);
    await execa('git', ['init', '-q', '-b', 'main', join(folder, 'work')]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const action = {
    'actions/report/action.yml':
      'name: report\ninputs: { who: { default: nobody } }\noutputs: { list: { description: x } }\nruns: { using: node24, main: index.js }\n',
    'actions/report/index.js': REPORT,
  };

  it('runs a workflow with its jobs, matrix, outputs, variables and secrets', async () => {
    const sha = await commit({ ...action, '.github/workflows/build.yml': WORKFLOW });
    await play({ sha });
    expect(runs.runs).toEqual([{ path: '.github/workflows/build.yml', status: 'completed', conclusion: 'success' }]);
    const jobs = runs.jobs.map(({ name, conclusion }) => [name, conclusion]);
    expect(jobs[0]).toEqual(['one', 'success']);
    // Those of a matrix start side by side, in any order.
    expect(jobs.slice(1).sort()).toEqual([
      ['two (api)', 'success'],
      ['two (web)', 'success'],
    ]);
    const report = /\{"input".*\}/.exec(runs.log)?.[0] ?? '{}';
    expect(JSON.parse(report)).toEqual({
      input: 'a $(touch pwned) `id` ${HOME} "x" \\n',
      repo: 'docs/shop',
      ref: 'refs/heads/main',
      sha,
      api: 'http://127.0.0.1:1/api/v3',
      run: '0',
      secretIsThere: true,
    });
    expect(runs.log).toContain('image api');
  });

  it('hides secrets in the log', async () => {
    await play({ sha: await commit({ ...action, '.github/workflows/build.yml': WORKFLOW }) });
    expect(runs.log).toContain('the secret is ***');
    expect(runs.log).not.toContain('pa$$');
  });

  it('gives the run a token with what its jobs ask for, and takes it back', async () => {
    await play({ sha: await commit({ ...action, '.github/workflows/build.yml': WORKFLOW }) });
    expect(granted).toEqual([{ contents: 'read' }]);
    expect(revoked).toEqual(['job-token']);
  });

  it('runs nothing for a tag that no workflow names, nor for a deleted branch', async () => {
    const sha = await commit({ ...action, '.github/workflows/build.yml': WORKFLOW });
    await play({ sha, ref: 'refs/tags/x1' });
    await play({ sha: '0'.repeat(40) });
    expect(runs.runs).toEqual([]);
  });

  it('runs nothing for a push whose last commit says so', async () => {
    await play({ sha: await commit({ ...action, '.github/workflows/build.yml': WORKFLOW }, 'docs: a word [skip ci]') });
    expect(runs.runs).toEqual([]);
  });

  it('runs for a tag whose name looks like a command, and runs no command', async () => {
    const sha = await commit({ ...action, '.github/workflows/build.yml': WORKFLOW });
    await play({ sha, ref: 'refs/tags/v1.0.0$(id>pwned)' });
    expect(runs.runs).toMatchObject([{ conclusion: 'success' }]);
    expect(JSON.parse(/\{"input".*\}/.exec(runs.log)?.[0] ?? '{}').ref).toBe('refs/tags/v1.0.0$(id>pwned)');
  });

  it('records a failed step, its job and the run as failed', async () => {
    const failing = 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: echo before }, { run: exit 3 }] } }';
    await play({ sha: await commit({ '.github/workflows/a.yml': failing }) });
    expect(runs.runs).toMatchObject([{ conclusion: 'failure' }]);
    expect(runs.jobs).toMatchObject([
      {
        conclusion: 'failure',
        steps: [
          { name: 'echo before', conclusion: 'success' },
          { name: 'exit 3', conclusion: 'failure' },
        ],
      },
    ]);
  });

  it('fails a run whose action is not to be had, before a step runs', async () => {
    const foreign =
      'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: echo ran }, { uses: someone/else@v1 }] } }';
    await play({ sha: await commit({ '.github/workflows/a.yml': foreign }) });
    expect(runs.runs).toMatchObject([{ conclusion: 'failure' }]);
    expect(runs.log).toContain('someone/else@v1 is neither published on this hub nor has a stand-in');
    expect(runs.log).not.toContain('ran\n');
  });

  it('shows a workflow file that is not YAML as a failed run', async () => {
    await play({ sha: await commit({ '.github/workflows/a.yml': 'jobs: [' }) });
    expect(runs.runs).toEqual([{ path: '.github/workflows/a.yml', status: 'completed', conclusion: 'failure' }]);
  });

  it('runs only the jobs it is told to, and needs no action of the others', async () => {
    const two =
      'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ uses: someone/else@v1 }] }, b: { runs-on: ubuntu-latest, steps: [{ run: echo B }] } }';
    await play({ sha: await commit({ '.github/workflows/a.yml': two }) }, { '.github/workflows/a.yml': ['b'] });
    expect(runs.jobs).toMatchObject([{ name: 'b', conclusion: 'success' }]);
  });
});
