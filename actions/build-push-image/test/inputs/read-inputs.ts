import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { toInputEnv } from '../../../../scripts/test-support/bundle.ts';
import { InputError, type InputProblem } from '../../../lib/errors.ts';
import { type ImageSettings, readSettings, type Settings } from '../../src/inputs/inputs.ts';

/** A workspace with two images, `web` and `api`, and a link out of it. */
export let workspace: string;

/** Create the workspace before the tests of a file. */
export function useWorkspace(): void {
  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), 'inputs-'));
    for (const name of ['web', 'api']) {
      mkdirSync(join(workspace, name));
      writeFileSync(join(workspace, name, 'Dockerfile'), 'FROM scratch\n');
    }
    writeFileSync(join(workspace, 'web', 'Dockerfile.prod'), 'FROM scratch\n');
    writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(workspace, '.npmrc'), 'token');
    symlinkSync('/', join(workspace, 'out'));
  });
  afterAll(() => rmSync(workspace, { recursive: true }));
}

type Variables = Record<string, string>;

/** The settings for these inputs, with valid ones for the required inputs that are not given. */
export function read(inputs: Variables, env: Variables = {}): Promise<Settings> {
  const all = { images: 'name: shop/web\ncontext: web', registry: 'ghcr.io/org', ...inputs };
  return readSettings({
    GITHUB_WORKSPACE: workspace,
    ...toInputEnv(all),
    ...env,
  });
}

/** The problems with these inputs; none when they are valid. */
export async function problemsOf(inputs: Variables, env: Variables = {}): Promise<readonly InputProblem[]> {
  try {
    await read(inputs, env);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

/** The first image of the `images` input. */
export async function readImage(
  images: string,
  inputs: Variables = {},
  env: Variables = {},
): Promise<ImageSettings | undefined> {
  return (await read({ images, ...inputs }, env)).images[0];
}
