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

/** Start the bundle with these inputs and variables and nothing else. */
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

const good = { images: 'name: web', registry: 'localhost:1' };
const onTag = (tag: string) => ({
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF: `refs/tags/${tag}`,
});

describe('the bundle', () => {
  it('names all that is missing when nothing is given', () => {
    const { status, errors, stderr } = run({});
    expect([status, stderr]).toEqual([1, '']);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /^::error title=build-push-image%3A 2 invalid inputs::images is required.*registry is required/,
    );
  });

  it('names all that is wrong at once', () => {
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

  it.each(['yes', '1', 'tRUE', 'on'])('knows no boolean %s', (value) => {
    expect(run({ ...good, 'dry-run': value }).errors[0]).toContain('dry-run is not a boolean');
  });

  it('shows no password among the faults', () => {
    const { stdout } = run({ ...good, password: 'hunter2-secret', tags: 'nope' });
    expect(stdout).toContain('username is required');
    expect(stdout).not.toContain('hunter2-secret');
  });

  it('runs nothing that stands in a tag', () => {
    const { status, errors } = run({ ...good, tags: 'semver' }, onTag('v1.0.0$(touch pwned)'));
    expect(status).toBe(1);
    expect(errors[0]).toContain('the pushed tag is not a version');
    expect(existsSync(join(workspace, 'pwned'))).toBe(false);
  });

  it('names a tag that does not fit together with all other faults', () => {
    const { errors } = run({ ...good, tags: 'semver', push: 'perhaps', sbom: 'maybe' }, onTag('nightly'));
    expect(errors).toHaveLength(1);
    for (const fault of ['push is not a boolean', 'the pushed tag is not a version', 'sbom is not'])
      expect(errors[0]).toContain(fault);
  });

  it('says which program is missing', () => {
    const { errors } = run({ ...good, reproducible: 'false' }, onTag('v1.0.0'));
    expect(errors[0]).toContain('docker was not found');
  });

  it('says which variable of the runner is missing', () => {
    expect(run(good).errors[0]).toContain('invalid environment variable GITHUB_REPOSITORY');
  });
});
