import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { execa } from 'execa';
import fc from 'fast-check';
import { type Descriptor, digests, manifest, production, services, staging, step, useScene } from './scene.ts';

useScene();

const COMMITS = 20;
const NAMES = ['web', 'api'] as const;
const IMAGES = JSON.stringify(NAMES.map((name) => ({ name: `chain/${name}`, context: name })));

/** What a commit changes. Many change one service, some change none. */
const change = fc.record({
  names: fc.subarray([...NAMES]),
  file: fc.constantFrom('main', 'lock'),
  text: fc.string({ minLength: 1, maxLength: 8 }),
});

const git = async (directory: string, ...args: string[]): Promise<string> =>
  (await execa('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], { cwd: directory }))
    .stdout;

/** A repository with these commits, each a minute after the one before. */
async function createChain(directory: string, changes: readonly { names: string[]; file: string; text: string }[]) {
  for (const name of NAMES) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'Dockerfile'), 'FROM scratch\nWORKDIR /app\nCOPY lock ./\nCOPY main ./\n');
    for (const file of ['lock', 'main']) writeFileSync(join(directory, name, file), `${file} of ${name}\n`);
  }
  await git(directory, 'init', '--quiet');
  const commits: string[] = [];
  for (const [index, { names, file, text }] of changes.entries()) {
    for (const name of names) writeFileSync(join(directory, name, file), text);
    await git(directory, 'add', '.');
    const date = new Date(1_750_000_000_000 + index * 60_000).toISOString();
    await execa('git', ['commit', '--quiet', '--allow-empty', '--message', `commit ${index}`], {
      cwd: directory,
      env: {
        ...{ GIT_AUTHOR_NAME: 'Shop', GIT_AUTHOR_EMAIL: 'shop@example.com', GIT_AUTHOR_DATE: date },
        ...{ GIT_COMMITTER_NAME: 'Shop', GIT_COMMITTER_EMAIL: 'shop@example.com', GIT_COMMITTER_DATE: date },
      },
    });
    commits.push(await git(directory, 'rev-parse', 'HEAD'));
  }
  return commits;
}

/** The step in a checkout of a commit. */
async function build(directory: string, sha: string, inputs: Record<string, string>, ref?: string) {
  await git(directory, 'checkout', '--quiet', '--force', sha);
  const env = { GITHUB_SHA: sha, GITHUB_WORKSPACE: directory };
  const result = await step({ images: IMAGES, ...inputs }, { env, ...(ref === undefined ? {} : { ref }) });
  expect(result.exitCode === 0 ? '' : result.log).toBe('');
  return digests(result);
}

/** The digest of the only platform of each image, by the image's name. */
async function platformDigests(built: Record<string, string>): Promise<Record<string, string>> {
  const entries = Object.entries(built).map(async ([name, digest]) => {
    const { data } = await manifest(staging, name, digest);
    return [name, (data.manifests as unknown as Descriptor[])[0]?.digest ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Sets other times for all files than those of the checkout. */
function age(directory: string, seconds: number): void {
  for (const name of NAMES)
    for (const file of readdirSync(join(directory, name))) utimesSync(join(directory, name, file), seconds, seconds);
}

it('a commit has one digest with every cache and in every directory, and an image that did not change keeps its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: COMMITS, maxLength: COMMITS }), async (changes) => {
      const origin = join(services.dir, 'chain');
      const commits = await createChain(origin, changes);
      const other = join(services.dir, 'another-directory');
      await execa('git', ['clone', '--quiet', origin, other]);

      // With a builder and a workspace that the runner keeps, and beside it without any cache, in files with other times.
      const kept: Record<string, string>[] = [];
      const platforms: Record<string, string>[] = [];
      for (const [index, sha] of commits.entries()) {
        age(other, 1_000_000_000 + index);
        const uncached = { push: 'false', provenance: 'false', 'extra-args': '--no-cache' };
        const [built, rebuilt] = await Promise.all([build(origin, sha, {}), build(other, sha, uncached)]);
        kept.push(built);
        platforms.push(await platformDigests(built));
        expect(rebuilt).toEqual(platforms[index]);
      }
      for (const [index, sha] of commits.entries()) {
        await execa('docker', ['buildx', 'prune', '--all', '--force'], { env: services.env });
        const cached = { provenance: 'false', cache: 'registry', tags: 'raw:cached' };
        expect(await build(other, sha, cached)).toEqual(platforms[index]);
      }

      for (const name of NAMES)
        for (let index = 1; index < COMMITS; index++)
          if (platforms[index]?.[`chain/${name}`] === platforms[index - 1]?.[`chain/${name}`])
            expect(kept[index]?.[`chain/${name}`]).toBe(kept[index - 1]?.[`chain/${name}`]);

      // `verify` rebuilds both images of a commit. The last one is built from the newest cache, the others from older ones.
      const promotion = { registry: production.host, 'promote-from': staging.host, promote: 'verify', tags: 'semver' };
      for (const [index, sha] of [...commits.entries()].reverse())
        expect(await build(origin, sha, promotion, `refs/tags/v1.0.${index}`)).toEqual(kept[index]);
    }),
    { numRuns: 1, endOnFailure: true },
  );
}, 300_000);
