import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runStep, type StepResult } from '../step.ts';

const SECRET = 'a-secret-of-the-runner';
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A docker that records its arguments, replaces the directory `$REPLACED` by a link, and reports a successful build. */
const DOCKER = `#!/bin/sh
printf '%s\\n' "$@" >> "$DOCKER_CALLS"
if [ -n "$REPLACED" ]; then rm -rf "$REPLACED"; ln -s ../outside "$REPLACED"; fi
while [ $# -gt 0 ]; do
  if [ "$1" = --metadata-file ]; then printf '{"containerimage.digest":"${DIGEST}"}' > "$2"; fi
  shift
done
`;

let dir: string;
let workspace: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'build-push-image-links-')));
  workspace = join(dir, 'workspace');
  for (const [path, text] of Object.entries({
    'workspace/web/Dockerfile': 'FROM scratch\n',
    'workspace/.npmrc': 'token-of-the-workspace',
    'workspace/.git/config': SECRET,
    'outside/Dockerfile': SECRET,
    'bin/docker': DOCKER,
  })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text, { mode: 0o755 });
  }
  writeFileSync(join(dir, 'calls'), '');
});
afterEach(() => rmSync(dir, { recursive: true }));

const link = (name: string, target: string): void => symlinkSync(target, join(workspace, name));
const calls = (): string[] => readFileSync(join(dir, 'calls'), 'utf8').split('\n');

const step = (inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> =>
  runStep({
    action: 'build-push-image',
    inputs: { registry: 'localhost:1', push: 'false', reproducible: 'false', ...inputs },
    dir,
    env: {
      PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
      DOCKER_CALLS: join(dir, 'calls'),
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_REF: 'refs/heads/main',
      ...env,
    },
  });

describe('build-push-image, in a repository with links', () => {
  it.each<[string, string, string, Record<string, string>, string]>([
    [
      'a context',
      'api',
      '../outside',
      { images: '{ name: api, context: api }' },
      'has a context that leads out of the workspace (a link)',
    ],
    [
      'a Dockerfile',
      'web/D',
      '../../outside/Dockerfile',
      { images: '{ name: web, context: web, file: web/D }' },
      'has a Dockerfile that leads out of the workspace (a link)',
    ],
    [
      'a secret',
      'rc',
      '/proc/self/environ',
      { images: '{ name: web, context: web }', secrets: 'rc=file:rc' },
      'secrets names the file rc, which leads out of the workspace (a link)',
    ],
    [
      'a secret in .git',
      'rc',
      '.git/config',
      { images: '{ name: web, context: web }', secrets: 'rc=file:rc' },
      'secrets names the file rc, which leads into .git (a link)',
    ],
  ])('starts no build for %s that is a link elsewhere', async (_, name, target, inputs, problem) => {
    link(name, target);
    const { exitCode, log } = await step(inputs);
    expect(exitCode).toBe(1);
    expect(log).toContain(problem);
    for (const text of [SECRET, dir]) expect(log).not.toContain(text);
    expect(calls()).toEqual(['']);
  });

  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(workspace, 'web/pipe')]);
    const { exitCode, log } = await step({
      images: '{ name: web, context: web, file: pipe }',
      secrets: 'rc=file:web/pipe',
    });
    expect(exitCode).toBe(1);
    expect(log).toContain('has a Dockerfile that is neither a file nor a directory');
    expect(log).toContain('secrets names the file web/pipe, which is neither a file nor a directory');
  }, 60_000);

  it('does not build an image whose context an earlier build replaced by a link', async () => {
    mkdirSync(join(workspace, 'api'));
    writeFileSync(join(workspace, 'api/Dockerfile'), 'FROM scratch\n');
    const images = '[{ name: web, context: web }, { name: api, context: api }]';
    const result = await step({ images, 'max-parallel': '1' }, { REPLACED: join(workspace, 'api') });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('api leads out of the workspace (a link)');
    expect(calls()).toContain(join(workspace, 'web'));
    expect(calls()).not.toContain(join(workspace, 'api'));
  });

  it('passes docker the targets of links in the workspace', async () => {
    link('api', 'web');
    link('rc', '.npmrc');
    const result = await step({ images: '{ name: api, context: api }', secrets: 'rc=file:rc' });
    expect(result.exitCode === 0 ? '' : result.log).toBe('');
    expect(result.outputs.digest).toBe(DIGEST);
    expect(calls()).toEqual(
      expect.arrayContaining([
        join(workspace, 'web'),
        join(workspace, 'web/Dockerfile'),
        `id=rc,src=${join(workspace, '.npmrc')}`,
      ]),
    );
  });
});
