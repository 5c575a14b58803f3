import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const bundle = join(import.meta.dirname, '..', 'dist', 'index.js');
let workspace: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'bundle-'));
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
});
afterAll(() => rmSync(workspace, { recursive: true }));

/** Run the bundle with only these inputs and variables. */
function run(inputs: Record<string, string>, env: Record<string, string> = {}) {
  const result = spawnSync(process.execPath, [bundle], {
    cwd: workspace,
    encoding: 'utf8',
    env: {
      PATH: '/nowhere',
      GITHUB_WORKSPACE: workspace,
      ...env,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  });
  return { ...result, errors: result.stdout.split('\n').filter((line) => line.startsWith('::error')) };
}

const valid = { images: 'name: web', registry: 'localhost:1' };
const onTag = (tag: string) => ({
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF: `refs/tags/${tag}`,
});

describe('the bundle', () => {
  it('reports all missing inputs when none is given', () => {
    const { status, errors, stderr } = run({});
    expect([status, stderr]).toEqual([1, '']);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /^::error title=build-push-image%3A 2 invalid inputs::images is required.*registry is required/,
    );
  });

  it('reports all problems at once', () => {
    const { errors } = run({
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

  it.each(['yes', '1', 'tRUE', 'on'])('does not accept %s as a boolean', (value) => {
    expect(run({ ...valid, 'dry-run': value }).errors[0]).toContain('dry-run is not a boolean');
  });

  it('shows no password in its errors', () => {
    const { stdout } = run({ ...valid, password: 'hunter2-secret', tags: 'nope' });
    expect(stdout).toContain('username is required');
    expect(stdout).not.toContain('hunter2-secret');
  });

  it('never runs the text of a tag', () => {
    const { status, errors } = run({ ...valid, tags: 'semver' }, onTag('v1.0.0$(touch pwned)'));
    expect(status).toBe(1);
    expect(errors[0]).toContain('the pushed tag is not a version');
    expect(existsSync(join(workspace, 'pwned'))).toBe(false);
  });

  it('reports a tag that does not fit the rules with all other problems', () => {
    const { errors } = run({ ...valid, tags: 'semver', push: 'perhaps', sbom: 'maybe' }, onTag('nightly'));
    expect(errors).toHaveLength(1);
    for (const problem of ['push is not a boolean', 'the pushed tag is not a version', 'sbom is not'])
      expect(errors[0]).toContain(problem);
  });

  it('reports which program is missing', () => {
    const { errors } = run({ ...valid, reproducible: 'false' }, onTag('v1.0.0'));
    expect(errors[0]).toContain('docker was not found');
  });

  it('reports which variable of the runner is missing', () => {
    expect(run(valid).errors[0]).toContain('invalid environment variable GITHUB_REPOSITORY');
  });
});
