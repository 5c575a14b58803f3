import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GhScene, startGhScene } from './gh-scene.ts';

describe("GitHub's command line, with workflow runs,", () => {
  let scene: GhScene;
  let id: string;
  const run = (command: string, ...args: string[]): Promise<string> =>
    scene.run('run', command, '--repo', scene.repository, ...args);

  beforeAll(async () => {
    scene = await startGhScene();
    const { runs } = scene.hub;
    const add = (path: string, name: string) => {
      const parts = {
        repository: 'alice/shop',
        event: 'push',
        ref: 'refs/heads/main',
        sha: scene.first,
        actor: 'alice',
      };
      return runs.createRun({ ...parts, path: `.github/workflows/${path}`, name, title: 'chore: begin' });
    };
    add('release.yml', 'release');
    const build = add('build.yml', 'build');
    id = String(build.id);
    const job = runs.createJob(build.id, 'images');
    const step = { name: 'Push', number: 1, status: 'completed', conclusion: 'failure' } as const;
    runs.updateJob(build.id, job.id, { status: 'completed', conclusion: 'failure', steps: [step] });
    runs.updateRun(build.id, { status: 'completed', conclusion: 'failure' });
  });
  afterAll(() => scene.close());

  it('lists runs, the newest first, and those of one workflow', async () => {
    const lines = async (...args: string[]) =>
      (await run('list', ...args)).split('\n').map((line) => line.split('\t').slice(0, 6));
    const build = ['completed', 'failure', 'chore: begin', 'build', 'main', 'push'];
    const release = ['queued', '', 'chore: begin', 'release', 'main', 'push'];
    expect(await lines()).toEqual([build, release]);
    expect(await lines('--workflow', 'release.yml')).toEqual([release]);
    expect(await lines('--branch', 'main', '--user', 'alice')).toEqual([build, release]);
    expect(await run('list', '--branch', 'other')).toBe('');
  });

  it('shows a run with its jobs and steps', async () => {
    const text = await run('view', id, '--verbose');
    expect(text).toContain(`X main build · ${id}`);
    expect(text).toMatch(/X images in \d+s \(ID \d+\)\n {2}X Push/);
    const { exitCode } = await scene.gh(['run', 'view', id, '--repo', scene.repository, '--exit-status']);
    expect(exitCode).toBe(1);
    expect(
      await scene.readJson('run', 'view', id, '--repo', scene.repository, '--json', 'jobs,conclusion'),
    ).toMatchObject({
      conclusion: 'failure',
      jobs: [{ name: 'images', conclusion: 'failure', steps: [{ name: 'Push' }] }],
    });
  });

  it('lists workflows', async () => {
    const text = await scene.run('workflow', 'list', '--repo', scene.repository);
    expect(text.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['release', 'active'],
      ['build', 'active'],
    ]);
  });
});
