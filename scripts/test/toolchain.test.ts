import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { publishedNode, requirePublishedNode } from '../toolchain.ts';

const root = join(import.meta.dirname, '..', '..');
const json = async (path: string) => JSON.parse(await readFile(join(root, path), 'utf8'));

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolchain-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the Node that builds the bundles', () => {
  it('is, byte for byte, the one that the Node project published', async () => {
    const program = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
    await expect(requirePublishedNode(program, `linux-${process.arch}`)).resolves.toBeUndefined();
  });

  it('is rejected when it is another program', async () => {
    const program = join(dir, 'node');
    await writeFile(program, 'another program');
    await expect(requirePublishedNode(program, 'linux-x64')).rejects.toThrow(
      /node has the SHA-256 [0-9a-f]{64}, but the pinned Node/,
    );
  });

  it('comes from the lockfile for each platform with a checksum, with a hash and without a script', async () => {
    const { packages } = await json('package-lock.json');
    const { optionalDependencies } = await json('package.json');
    expect(Object.keys(optionalDependencies).sort()).toEqual(
      Object.keys(publishedNode)
        .map((name) => `node-${name}`)
        .sort(),
    );
    const versions = new Set<string>();
    for (const name of Object.keys(optionalDependencies)) {
      const locked = packages[`node_modules/${name}`];
      expect(locked).toMatchObject({
        integrity: expect.stringMatching(/^sha512-/),
        os: 'linux',
        bin: { node: 'bin/node' },
      });
      expect(locked.hasInstallScript).toBeUndefined();
      versions.add(locked.version);
    }
    // The checksums are those of one version.
    const source = await readFile(join(root, 'scripts', 'toolchain.ts'), 'utf8');
    expect([...versions]).toEqual([/\(version ([\d.]+)\)/.exec(source)?.[1]]);
  });
});

describe('npm', () => {
  it('runs no script of a package that it installs', async () => {
    expect(await readFile(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
    expect(await json('package.json')).not.toHaveProperty('allowScripts');
  });
});
