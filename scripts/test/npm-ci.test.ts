import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..', '..');
const npm = join(root, 'node_modules', 'npm', 'bin', 'npm-cli.js');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'npm-ci-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** What `npm ci` prints on its standard error for a package that names a Node which does not exist yet. */
async function install(version: string): Promise<string> {
  const manifest = { name: 'project', version: '1.0.0', dependencies: { new: version } };
  const locked = {
    version: '1.0.0',
    resolved: 'https://registry.npmjs.org/new/-/new-1.0.0.tgz',
    engines: { node: '>=99' },
  };
  const packages = { '': { ...manifest, dependencies: { new: '1.0.0' } }, 'node_modules/new': locked };
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ ...manifest, lockfileVersion: 3, packages }));
  // Settings of npm that runs this test, in variables npm_config_…, would override those of the file.
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: dir };
  const args = [npm, 'ci', '--dry-run', '--offline'];
  return (await execa(process.execPath, args, { cwd: dir, env, extendEnv: false, reject: false })).stderr;
}

describe('npm ci with the settings of this project', () => {
  it('does not warn of packages that name a newer Node', async () => {
    expect(await install('1.0.0')).toContain('EBADENGINE');
    copyFileSync(join(root, '.npmrc'), join(dir, '.npmrc'));
    expect(await install('1.0.0')).toBe('');
  });

  it('prints errors', async () => {
    copyFileSync(join(root, '.npmrc'), join(dir, '.npmrc'));
    expect(await install('2.0.0')).toContain('npm error');
  });
});
