import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { useRunner } from './scene.ts';

const REPORT = `const { appendFileSync } = require('fs');
console.log(JSON.stringify({ input: process.env['INPUT_WHO'], repo: process.env.GITHUB_REPOSITORY, ref: process.env.GITHUB_REF, sha: process.env.GITHUB_SHA, api: process.env.GITHUB_API_URL, run: process.env.GITHUB_RUN_ID, hasSecret: process.env.SECRET === 'pa$$ "word" #1' }));
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
  const scene = useRunner();
  const { commit, run } = scene;

  const action = {
    'actions/report/action.yml':
      'name: report\ninputs: { who: { default: nobody } }\noutputs: { list: { description: x } }\nruns: { using: node24, main: index.js }\n',
    'actions/report/index.js': REPORT,
  };

  it('runs a workflow with its jobs, matrix, outputs, variables and secrets', async () => {
    const sha = await commit({ ...action, '.github/workflows/build.yml': WORKFLOW });
    await run({ sha });
    expect(scene.runs.runs).toEqual([
      { path: '.github/workflows/build.yml', status: 'completed', conclusion: 'success' },
    ]);
    const jobs = scene.runs.jobs.map(({ name, conclusion }) => [name, conclusion]);
    expect(jobs[0]).toEqual(['one', 'success']);
    expect(jobs.slice(1).sort()).toEqual([
      ['two (api)', 'success'],
      ['two (web)', 'success'],
    ]);
    expect(scene.runs.jobs[0]?.steps.map(({ name }) => name)).toEqual([
      'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1',
      'docs/shop/actions/report@v1',
    ]);
    const report = /\{"input".*\}/.exec(scene.runs.log)?.[0] ?? '{}';
    expect(JSON.parse(report)).toEqual({
      input: 'a $(touch pwned) `id` ${HOME} "x" \\n',
      repo: 'docs/shop',
      ref: 'refs/heads/main',
      sha,
      api: 'http://127.0.0.1:1/api/v3',
      run: '0',
      hasSecret: true,
    });
    expect(scene.runs.log).toContain('image api');
  });

  it('masks secrets in the log', async () => {
    await run({ sha: await commit({ ...action, '.github/workflows/build.yml': WORKFLOW }) });
    expect(scene.runs.log).toContain('the secret is ***');
    expect(scene.runs.log).not.toContain('pa$$');
  });

  it('runs one job at a time, also of a matrix', async () => {
    const log = join(scene.directory, 'times');
    const steps = `[{ run: "echo start >>${log} && sleep 0.2 && echo end >>${log}" }]`;
    const text = `on: push\njobs: { a: { runs-on: ubuntu-latest, strategy: { matrix: { i: [1, 2, 3] } }, steps: ${steps} }, b: { runs-on: ubuntu-latest, steps: ${steps} } }`;
    await run({ sha: await commit({ '.github/workflows/a.yml': text }) });
    expect(await readFile(log, 'utf8')).toBe('start\nend\n'.repeat(4));
  });

  it('issues a token with the permissions of the jobs, and revokes it', async () => {
    await run({ sha: await commit({ ...action, '.github/workflows/build.yml': WORKFLOW }) });
    expect(scene.issuedPermissions).toEqual([{ contents: 'read' }]);
    expect(scene.revokedTokens).toEqual(['job-token']);
  });

  it('runs nothing for a tag that no workflow matches, or for a deleted branch', async () => {
    const sha = await commit({ ...action, '.github/workflows/build.yml': WORKFLOW });
    await run({ sha, ref: 'refs/tags/x1' });
    await run({ sha: '0'.repeat(40) });
    expect(scene.runs.runs).toEqual([]);
  });

  it('runs nothing for a push whose last commit has a skip marker', async () => {
    await run({ sha: await commit({ ...action, '.github/workflows/build.yml': WORKFLOW }, 'docs: a word [skip ci]') });
    expect(scene.runs.runs).toEqual([]);
  });

  it('runs for a tag whose name looks like a command, without running the command', async () => {
    const sha = await commit({ ...action, '.github/workflows/build.yml': WORKFLOW });
    await run({ sha, ref: 'refs/tags/v1.0.0$(id>pwned)' });
    expect(scene.runs.runs).toMatchObject([{ conclusion: 'success' }]);
    expect(JSON.parse(/\{"input".*\}/.exec(scene.runs.log)?.[0] ?? '{}').ref).toBe('refs/tags/v1.0.0$(id>pwned)');
  });

  it('records a failed step, its job and the run as failed', async () => {
    const failing = 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: echo before }, { run: exit 3 }] } }';
    await run({ sha: await commit({ '.github/workflows/a.yml': failing }) });
    expect(scene.runs.runs).toMatchObject([{ conclusion: 'failure' }]);
    expect(scene.runs.jobs).toMatchObject([
      {
        conclusion: 'failure',
        steps: [
          { name: 'echo before', conclusion: 'success' },
          { name: 'exit 3', conclusion: 'failure' },
        ],
      },
    ]);
  });

  it('fails a run with an unavailable action before a step runs', async () => {
    const foreign =
      'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: echo ran }, { uses: someone/else@v1 }] } }';
    await run({ sha: await commit({ '.github/workflows/a.yml': foreign }) });
    expect(scene.runs.runs).toMatchObject([{ conclusion: 'failure' }]);
    expect(scene.runs.log).toContain('someone/else@v1 is not published on this hub and has no stand-in');
    expect(scene.runs.log).not.toContain('ran\n');
  });

  it('records an invalid workflow file as a failed run', async () => {
    await run({ sha: await commit({ '.github/workflows/a.yml': 'jobs: [' }) });
    expect(scene.runs.runs).toEqual([{ path: '.github/workflows/a.yml', status: 'completed', conclusion: 'failure' }]);
  });

  it('runs only the configured jobs, and needs no actions of the others', async () => {
    const two =
      'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ uses: someone/else@v1 }] }, b: { runs-on: ubuntu-latest, steps: [{ run: echo B }] } }';
    await run({ sha: await commit({ '.github/workflows/a.yml': two }) }, { '.github/workflows/a.yml': ['b'] });
    expect(scene.runs.jobs).toMatchObject([{ name: 'b', conclusion: 'success' }]);
  });
});
