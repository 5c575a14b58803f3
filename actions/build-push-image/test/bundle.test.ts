import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runBundle } from '../../../scripts/test-support/bundle.ts';

let workspace: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'bundle-'));
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
});
afterAll(() => rmSync(workspace, { recursive: true }));

/** Runs the bundle with only these inputs and variables. */
async function run(inputs: Record<string, string>, env: Record<string, string> = {}) {
  const result = await runBundle({
    action: 'build-push-image',
    inputs,
    env: { PATH: '/nowhere', GITHUB_WORKSPACE: workspace, ...env },
    cwd: workspace,
  });
  return { ...result, errors: result.log.split('\n').filter((line) => line.startsWith('::error')) };
}

const valid = { images: 'name: web', registry: 'localhost:1' };
const onTag = (tag: string) => ({
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF: `refs/tags/${tag}`,
});

describe('the bundle', () => {
  it('reports all missing inputs when none is given', async () => {
    const { exitCode, errors, log } = await run({});
    expect(exitCode).toBe(1);
    expect(log).toBe(`${errors[0]}\n`);
    expect(errors[0]).toMatch(
      /^::error title=build-push-image%3A 2 invalid inputs::images is required.*registry is required/,
    );
  });

  it('reports all problems at once', async () => {
    const { errors } = await run({
      images: '{ name: A B, context: ../x }',
      registry: 'https://ghcr.io',
      tags: 'nope',
      promote: 'x',
      push: 'yes',
    });
    expect(errors).toHaveLength(1);
    for (const input of ['images (item 1)', 'registry', 'tags (line 1)', 'promote', 'push'])
      expect(errors[0]).toContain(`${input} `);
  });

  it.each(['yes', '1', 'tRUE', 'on'])('does not accept %s as a boolean', async (value) => {
    expect((await run({ ...valid, 'dry-run': value })).errors[0]).toContain('dry-run is not a boolean');
  });

  it('shows no password in its errors', async () => {
    const { log } = await run({ ...valid, password: 'hunter2-secret', tags: 'nope' });
    expect(log).toContain('username is required');
    expect(log).not.toContain('hunter2-secret');
  });

  it('never runs the text of a tag', async () => {
    const { exitCode, errors } = await run({ ...valid, tags: 'semver' }, onTag('v1.0.0$(touch pwned)'));
    expect(exitCode).toBe(1);
    expect(errors[0]).toContain('the pushed tag is not a version');
    expect(existsSync(join(workspace, 'pwned'))).toBe(false);
  });

  it('reports a tag that does not fit the rules with all other problems', async () => {
    const { errors } = await run({ ...valid, tags: 'semver', push: 'perhaps', sbom: 'maybe' }, onTag('nightly'));
    expect(errors).toHaveLength(1);
    for (const problem of ['push is not a boolean', 'the pushed tag is not a version', 'sbom is not'])
      expect(errors[0]).toContain(problem);
  });

  it('reports which program is missing', async () => {
    const { errors } = await run({ ...valid, reproducible: 'false' }, onTag('v1.0.0'));
    expect(errors[0]).toContain('docker was not found');
  });

  it('reports which variable of the runner is missing', async () => {
    expect((await run(valid)).errors[0]).toContain('invalid environment variable GITHUB_REPOSITORY');
  });
});
