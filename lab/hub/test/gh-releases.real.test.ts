import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GhScene, startGhScene } from './gh-scene.ts';

/** Each test continues where the one before it ended. */
describe("GitHub's command line, with releases,", () => {
  let scene: GhScene;
  let file: string;
  const release = (command: string, ...args: string[]): Promise<string> =>
    scene.run('release', command, '--repo', scene.repository, ...args);
  const fails = (command: string, ...args: string[]) =>
    scene.gh(['release', command, '--repo', scene.repository, ...args]);
  const view = (tag: string, fields: string): Promise<Record<string, unknown>> =>
    scene.readJson('release', 'view', tag, '--repo', scene.repository, '--json', fields);

  beforeAll(async () => {
    scene = await startGhScene();
    const { work, dir } = scene;
    await work.git('tag', 'v1.0.0');
    await work.commit({ 'b.txt': 'b\n' }, 'feat: b');
    await work.git('tag', 'v1.1.0');
    await work.git('push', '--quiet', 'origin', 'main', '--tags');
    file = join(dir, 'x.tgz');
    await writeFile(file, 'first');
    await writeFile(join(dir, 'a b.txt'), 'hello');
  });
  afterAll(() => scene.close());

  it('is logged in', async () => {
    const { exitCode, all } = await scene.gh(['auth', 'status', '--hostname', scene.host]);
    expect([exitCode, all]).toEqual([0, expect.stringMatching(`Logged in to ${scene.host} (as|account) alice`)]);
    const { exitCode: refused } = await scene.gh(['auth', 'status', '--hostname', scene.host], { token: 'ghp_wrong' });
    expect(refused).toBe(1);
  });

  it('calls the API, page by page', async () => {
    expect(await scene.run('api', 'user', '--jq', '.login')).toBe('alice');
    const tags = await scene.run('api', '--paginate', 'repos/alice/shop/tags?per_page=1', '--jq', '.[].name');
    expect(tags).toBe('v1.1.0\nv1.0.0');
    expect(await scene.run('api', 'graphql', '-f', 'query={viewer{login}}')).toBe(
      '{"data":{"viewer":{"login":"alice"}}}',
    );
  });

  it('creates a release with assets, which is published after the last upload', async () => {
    await release('create', 'v1.0.0', '--notes', 'The first');
    const page = await release('create', 'v1.1.0', '--generate-notes', file, `${join(scene.dir, 'a b.txt')}#A label`);
    expect(page).toBe(`${scene.url}/alice/shop/releases/tag/v1.1.0`);
    expect(await view('v1.1.0', 'assets,body,isDraft,author')).toMatchObject({
      assets: expect.arrayContaining([
        expect.objectContaining({ name: 'a.b.txt', label: 'A label', size: 5, state: 'uploaded' }),
        expect.objectContaining({ name: 'x.tgz', label: '', size: 5, state: 'uploaded' }),
      ]),
      body: `**Full Changelog**: ${scene.url}/alice/shop/compare/v1.0.0...v1.1.0`,
      isDraft: false,
      author: { login: 'alice' },
    });
  });

  it('sees before it uploads anything that a release exists', async () => {
    const { exitCode, all } = await fails('create', 'v1.1.0', '--notes', 'again', file);
    expect([exitCode, all]).toEqual([1, 'a release with the same tag name already exists: v1.1.0']);
  });

  it('creates a draft and finds it by its tag', async () => {
    const page = await release('create', 'v1.2.0', '--draft', '--notes', 'n', '--target', 'main');
    expect(page).toContain('/releases/tag/untagged-');
    expect(await view('v1.2.0', 'isDraft,tagName,assets')).toEqual({ isDraft: true, tagName: 'v1.2.0', assets: [] });
    const { exitCode, all } = await fails('view', 'v9.9.9');
    expect([exitCode, all]).toEqual([1, 'release not found']);
  });

  it('lists releases, the newest first, with drafts and the latest', async () => {
    const lines = (await release('list')).split('\n').map((line) => line.split('\t').slice(0, 3));
    expect(lines).toEqual(
      expect.arrayContaining([
        ['v1.2.0', 'Draft', 'v1.2.0'],
        ['v1.1.0', 'Latest', 'v1.1.0'],
        ['v1.0.0', '', 'v1.0.0'],
      ]),
    );
    expect(await release('view')).toContain('tag:\tv1.1.0');
  });

  it('uploads assets to a draft, and replaces them only with --clobber', async () => {
    await release('upload', 'v1.2.0', file);
    const { exitCode, all } = await fails('upload', 'v1.2.0', file);
    expect([exitCode, all]).toEqual([1, 'asset under the same name already exists: [x.tgz]']);
    await writeFile(file, 'the second');
    await release('upload', 'v1.2.0', file, '--clobber');
    expect(await view('v1.2.0', 'assets')).toMatchObject({ assets: [{ name: 'x.tgz', size: 10 }] });
  });

  it('edits a release: publishes it, marks it as latest, changes its title', async () => {
    await release('edit', 'v1.2.0', '--draft=false');
    expect(await scene.work.git('ls-remote', 'origin', 'refs/tags/v1.2.0')).toContain('refs/tags/v1.2.0');
    await release('edit', 'v1.2.0', '--latest', '--title', 'Twelve');
    expect(await release('list')).toContain('Twelve\tLatest\tv1.2.0');
  });

  it('downloads assets and archives', async () => {
    const dir = join(scene.dir, 'download');
    await release('download', 'v1.2.0', '--dir', dir);
    expect(await readFile(join(dir, 'x.tgz'), 'utf8')).toBe('the second');
    const archives = join(scene.dir, 'archives');
    await release('download', 'v1.2.0', '--archive', 'tar.gz', '--dir', archives);
    expect(await readdir(archives)).toEqual([expect.stringMatching(/\.tar\.gz$/)]);
  });

  it('deletes an asset, and a release with its tag', async () => {
    await release('delete-asset', 'v1.2.0', 'x.tgz', '--yes');
    expect(await view('v1.2.0', 'assets')).toEqual({ assets: [] });
    await release('delete', 'v1.2.0', '--cleanup-tag', '--yes');
    expect(await scene.work.git('ls-remote', 'origin', 'refs/tags/v1.2.0')).toBe('');
    expect(await release('list')).not.toContain('v1.2.0');
  });
});
