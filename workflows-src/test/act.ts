/** Runs the generated workflows with act. Every action is replaced by one that records its inputs. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { SERIAL_JOBS_ARGS, serializeMatrices } from '../../lab/runner/serial-jobs.ts';
import { toolPath } from '../../lab/tools/index.ts';
import { workflowFiles } from '../index.ts';
import { type PinnedAction, pinnedReference, pins } from '../pins.ts';
import { project } from '../project.ts';

/** One use of an action, or of `az`, in the order of the run. */
export interface Use {
  action: string;
  /** The inputs that are not empty. */
  inputs: Record<string, string>;
  env: Record<string, string>;
  /** Start and end of the action's process, in milliseconds; not for `az`. */
  time?: [number, number];
}

export interface Run {
  event: 'push' | 'workflow_dispatch';
  workflow: string;
  ref?: string;
  variables?: Record<string, string>;
  secrets?: Record<string, string>;
}

/** Outputs of the replacements, as the real actions would set them for two images. */
export const builtImages = JSON.stringify(
  ['web', 'api'].map((name) => ({
    name: `shop/${name}`,
    repository: `registry/shop/${name}`,
    ref: `registry/shop/${name}@sha256:${name}`,
    digest: `sha256:${name}`,
  })),
);
const OUTPUTS: Readonly<Record<string, Record<string, string>>> = {
  'build-push-image': { images: builtImages, version: '1.2.3' },
  'bump-chart-version': { commit: 'abc123' },
  'create-release': { url: 'release-page' },
  'helm-lint-scan': {},
};
const PINNED_OUTPUTS: Partial<Record<PinnedAction, Record<string, string>>> = {
  'actions/create-github-app-token': { token: 'app-token' },
};

const RECORDER = `import { appendFileSync, readFileSync } from 'node:fs';
const { action, outputs } = JSON.parse(readFileSync(new URL('replacement.json', import.meta.url), 'utf8'));
const given = Object.entries(process.env).filter(([, value]) => value !== '');
const pick = (pattern) => Object.fromEntries(given.filter(([name]) => pattern.test(name)).map(([name, value]) => [name.replace(/^INPUT_/, ''), value]));
appendFileSync(process.env.RECORD, JSON.stringify({ action, inputs: pick(/^INPUT_/), env: pick(/^(NPMRC|GRYPE_.*)$/), time: [performance.timeOrigin, Date.now()] }) + '\\n');
for (const [name, value] of Object.entries(outputs)) appendFileSync(process.env.GITHUB_OUTPUT, name + '=' + value + '\\n');
`;
const AZ = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
appendFileSync(process.env.RECORD, JSON.stringify({ action: 'az', inputs: { arguments: process.argv.slice(2).join(' ') }, env: {} }) + '\\n');
`;

/** A repository with the workflows and everything that they use, in a temporary directory. */
export class Scene {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(callers: Readonly<Record<string, string>>): Promise<Scene> {
    const scene = new Scene(await mkdtemp(join(tmpdir(), 'workflows-')));
    for (const { path, content } of workflowFiles()) {
      await scene.#write(join('repository', path), serializeMatrices(content));
      await scene.#write(join('published', path), serializeMatrices(content));
    }
    for (const [name, yaml] of Object.entries(callers))
      await scene.#write(join('repository', '.github/workflows', name), yaml);
    for (const [action, outputs] of Object.entries(OUTPUTS))
      await scene.#writeReplacement(join('published/actions', action), action, outputs);
    for (const action of Object.keys(pins) as PinnedAction[])
      await scene.#writeReplacement(join('pinned', action), action, PINNED_OUTPUTS[action] ?? {});
    await scene.#write('bin/az', AZ);
    await chmod(join(scene.#directory, 'bin/az'), 0o755);
    const git = (...args: string[]) => execa('git', args, { cwd: join(scene.#directory, 'repository') });
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('add', '.');
    await git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'first');
    return scene;
  }

  async #write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.#directory, path)), { recursive: true });
    await writeFile(join(this.#directory, path), content);
  }

  async #writeReplacement(path: string, action: string, outputs: Record<string, string>): Promise<void> {
    const metadata = {
      name: action,
      description: 'Records its inputs.',
      outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, { description: name }])),
      runs: { using: 'node24', main: 'index.mjs' },
    };
    await this.#write(join(path, 'action.yml'), stringify(metadata));
    await this.#write(join(path, 'replacement.json'), JSON.stringify({ action, outputs }));
    await this.#write(join(path, 'index.mjs'), RECORDER);
  }

  /** @returns the uses of the actions; throws with act's log when a job fails */
  async run({ event, workflow, ref = 'refs/heads/main', variables = {}, secrets = {} }: Run): Promise<Use[]> {
    const record = join(this.#directory, 'record');
    await writeFile(record, '');
    await this.#write('event.json', JSON.stringify({ ref }));
    const local = [
      `${project.repository}@${project.majorTag}=${join(this.#directory, 'published')}`,
      ...Object.keys(pins).map(
        (name) => `${pinnedReference(name as PinnedAction)}=${join(this.#directory, 'pinned', name)}`,
      ),
    ];
    const pairs = (flag: string, values: Record<string, string>): string[] =>
      Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
    await execa(
      toolPath('act'),
      [
        event,
        '--no-cache-server',
        ...SERIAL_JOBS_ARGS,
        ...['--workflows', join('.github/workflows', workflow)],
        ...['--eventpath', join(this.#directory, 'event.json')],
        ...['--platform', 'ubuntu-latest=-self-hosted'],
        ...local.flatMap((mapping) => ['--local-repository', mapping]),
        ...pairs('--var', variables),
        ...pairs('--secret', { GITHUB_TOKEN: 'job-token', ...secrets }),
        ...pairs('--env', { RECORD: record, GITHUB_REPOSITORY: 'owner/repository' }),
      ],
      {
        cwd: join(this.#directory, 'repository'),
        env: { PATH: [join(this.#directory, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter) },
        all: true,
      },
    );
    const lines = (await readFile(record, 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Use);
  }

  remove(): Promise<void> {
    return rm(this.#directory, { recursive: true, force: true });
  }
}
