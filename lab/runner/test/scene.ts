/** A runner with one repository, for tests that run workflows. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach } from '@jest/globals';
import { execa } from 'execa';
import { ensureTools, toolPath, toolsEnv } from '../../tools/index.ts';
import type { RunnerStore } from '../recorder.ts';
import { Runner, type RunnerEvent, type RunnerHost } from '../runner.ts';

/** A store in memory. */
export class MemoryRuns implements RunnerStore {
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

/** A repository `docs/shop`, created before each test of a file, and the results of the runner. */
export class RunnerScene {
  directory = '';
  runs = new MemoryRuns();
  issuedPermissions: object[] = [];
  revokedTokens: string[] = [];

  readonly #bare = (): string => join(this.directory, 'shop.git');

  /** Commits the files, pushes the commit to main and the tag v1, and returns it. */
  readonly commit = async (files: Record<string, string>, message = 'change'): Promise<string> => {
    const work = join(this.directory, 'work');
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
    await git('push', '-q', '--force', this.#bare(), 'HEAD:refs/heads/main', 'HEAD:refs/tags/v1');
    return (await git('rev-parse', 'HEAD')).stdout;
  };

  /** Passes an event to the runner and waits until its runs have ended. */
  readonly run = async (
    event: Partial<RunnerEvent> & { sha: string },
    jobs?: Record<string, string[]>,
  ): Promise<void> => {
    const host: RunnerHost = {
      serverUrl: 'http://127.0.0.1:1',
      apiUrl: 'http://127.0.0.1:1/api/v3',
      graphqlUrl: 'http://127.0.0.1:1/api/graphql',
      runs: this.runs,
      bareRepository: (name) => (name === 'docs/shop' ? this.#bare() : undefined),
      secrets: () => ({ SECRET: 'pa$$ "word" #1' }),
      variables: () => ({ WHO: 'a $(touch pwned) `id` ${HOME} "x" \\n' }),
      issueToken: (_, permissions) => {
        this.issuedPermissions.push(permissions);
        return 'job-token';
      },
      revokeToken: (token) => this.revokedTokens.push(token),
    };
    const runner = new Runner({
      host,
      act: toolPath('act'),
      directory: join(this.directory, 'runner'),
      hostEnv: { ...toolsEnv(), HOME: this.directory },
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
  };

  async start(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'runner-'));
    this.runs = new MemoryRuns();
    this.issuedPermissions = [];
    this.revokedTokens = [];
    await execa('git', ['init', '-q', '--bare', '-b', 'main', this.#bare()]);
    await execa('git', ['init', '-q', '-b', 'main', join(this.directory, 'work')]);
  }
}

export function useRunner(): RunnerScene {
  const scene = new RunnerScene();
  beforeAll(() => ensureTools(['act']));
  beforeEach(() => scene.start());
  afterEach(() => rm(scene.directory, { recursive: true, force: true }));
  return scene;
}
