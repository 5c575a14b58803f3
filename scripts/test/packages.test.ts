import { glob, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  /** Shipped inside another package, whose hash covers it. */
  inBundle?: boolean;
}

const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(join(root, path), 'utf8')) as T;
const own = await json<Manifest>('package.json');
const shop = await json<Manifest>('app/package.json');
const { packages } = await json<{ packages: Record<string, Locked> }>('package-lock.json');

/** The packages whose code the files import. Types do not exist when the code runs. */
async function imported(patterns: string[]): Promise<string[]> {
  const found = new Set<string>();
  for await (const path of glob(patterns, { cwd: root })) {
    const source = await readFile(join(root, path), 'utf8');
    const statements = source.matchAll(
      /^(?:import|export)\s(?!type\s)[\w\s{},*$]*?(?:from\s)?'([^']+)';|\bimport\('([^']+)'\)/gm,
    );
    for (const [, name = '', loaded = name] of statements) {
      if (loaded.startsWith('.') || loaded.startsWith('node:') || builtinModules.includes(loaded)) continue;
      const [first = '', second] = loaded.split('/');
      found.add(first.startsWith('@') ? `${first}/${second}` : first);
    }
  }
  return [...found].sort();
}

describe('the packages', () => {
  it('that the bundles contain are dependencies, so that alerts cover them, and no others are', async () => {
    const bundled = await imported([
      'actions/*/src/**/*.ts',
      'actions/lib/*.ts',
      'actions/lib/{files,images,processes,requests,runner,yaml}/*.ts',
    ]);
    expect(bundled).toContain('semver');
    expect(Object.keys(own.dependencies).sort()).toEqual(bundled);
  });

  it('that the shop runs are its dependencies, and no others are in its images', async () => {
    const run = await imported(['app/*/src/**/*.ts', 'app/lib/*.ts']);
    expect(run).toContain('hono');
    expect(Object.keys(shop.dependencies).sort()).toEqual(run);
    expect(shop.devDependencies).toBeUndefined();
  });

  it('that the shop shares with the lab have one version, so npm installs them where the images take them from', () => {
    const shared = Object.entries(shop.dependencies).filter(([name]) => name in (own.devDependencies ?? {}));
    for (const [name, version] of shared) expect([name, own.devDependencies?.[name]]).toEqual([name, version]);
    expect(Object.keys(packages).filter((path) => path.startsWith('app/'))).toEqual([]);
  });

  it('have one exact version each', () => {
    const versions = [
      own.dependencies,
      own.devDependencies ?? {},
      own.optionalDependencies ?? {},
      shop.dependencies,
    ].flatMap((versions) => Object.values(versions));
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('are locked with a strong hash each, and name only the public registry, which npm replaces by the configured one', () => {
    const fetched = Object.entries(packages).filter(
      ([path, { link, inBundle }]) => path.startsWith('node_modules/') && !link && !inBundle,
    );
    expect(fetched.length).toBeGreaterThan(400);
    for (const [path, { integrity, resolved = 'https://registry.npmjs.org/' }] of fetched)
      expect([path, integrity, resolved]).toEqual([
        path,
        expect.stringMatching(/^sha512-/),
        expect.stringMatching(/^https:\/\/registry\.npmjs\.org\//),
      ]);
  });
});

describe("the shop's images", () => {
  it.each(['api', 'web'])('%s installs only the packages of the shop, without their scripts', async (name) => {
    const dockerfile = await readFile(join(root, 'app', name, 'Dockerfile'), 'utf8');
    expect(dockerfile.match(/npm ci .+/)?.[0]).toBe(
      'npm ci --workspace=app --omit=dev --ignore-scripts --no-audit --no-fund',
    );
  });

  it.each(['api', 'web'])(
    '%s starts from an image that is named by its digest, where Dependabot finds it',
    async (name) => {
      const dockerfile = await readFile(join(root, 'app', name, 'Dockerfile'), 'utf8');
      const [, base] = /^ARG BASE_IMAGE=(\S+)$/m.exec(dockerfile) ?? [];
      expect(dockerfile).toMatch(new RegExp(`^FROM node:24\\.[0-9.]+-slim@sha256:[0-9a-f]{64} AS ${base}$`, 'm'));
      const others = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\S+))?$/gm)].filter(([, , stage]) => stage !== base);
      expect(others.map(([, image]) => image)).toEqual(['${BUILD_IMAGE}', '${BASE_IMAGE}']);
    },
  );
});
