import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { api, digestOf, hub, OWNER, Scene, textOf, useHub } from './scene.ts';

useHub();

describe('a pushed tag', () => {
  it('becomes a published release with notes, images, files, checksums and outputs', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.commit('fix(web): <b>bold</b> thanks to @octocat');
    await scene.tag('v1.1.0');
    await scene.file('app.tgz', 'application');
    await scene.file('My App.exe', 'windows');
    const digest = `sha256:${'a'.repeat(64)}`;
    const { ok, outputs, summary } = await scene.run('v1.1.0', {
      files: '*.tgz\n*.exe',
      notes: 'commits',
      body: 'Hello',
      images: JSON.stringify([{ name: 'shop/web', repository: 'ghcr.io/acme/shop/web', digest, tags: ['1.1.0'] }]),
    });
    expect(ok).toBe(true);
    const release = await scene.only();
    expect(release).toMatchObject({ tag_name: 'v1.1.0', name: 'v1.1.0', draft: false, prerelease: false });
    expect(textOf(release.body)).toMatch(
      /^Hello\n\n### Features\n\n- v1\.1\.0 \(.*\n\n### Bug fixes\n\n- \*\*web:\*\* &lt;b&gt;bold&lt;\/b&gt; thanks to @&#8203;octocat/,
    );
    expect(release.body).toContain(`${hub.url}/${OWNER}/${scene.where.repo}/compare/v1.0.0...v1.1.0`);
    expect(release.body).toContain(`<code>${digest}</code>`);
    expect(release.body).not.toContain('unfinished draft');

    const sums = `${digestOf('windows').slice(7)}  My.App.exe\n${digestOf('application').slice(7)}  app.tgz\n`;
    expect(release.assets.map(({ name, label, digest }) => [name, label || null, digest]).sort()).toEqual([
      ['My.App.exe', 'My App.exe', digestOf('windows')],
      ['SHA256SUMS', null, digestOf(sums)],
      ['app.tgz', null, digestOf('application')],
    ]);
    expect(outputs).toMatchObject({
      id: String(release.id),
      url: release.html_url,
      'upload-url': release.upload_url,
      tag: 'v1.1.0',
      'previous-tag': 'v1.0.0',
      created: 'true',
      published: 'true',
      prerelease: 'false',
      latest: 'true',
      notes: textOf(release.body),
    });
    const assets = JSON.parse(outputs.assets ?? '') as { name: string; url: string }[];
    const urls = Object.fromEntries(assets.map(({ name, url }) => [name, url]));
    expect(await scene.download(urls.SHA256SUMS ?? '')).toBe(sums);
    expect((await api.repos.getLatestRelease(scene.where)).data.id).toBe(release.id);
    expect(summary).toContain('### Release v1.1.0');
  });

  it('changes nothing when its job runs again', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('app.tgz', 'application');
    const inputs = { files: '*.tgz' };
    expect((await scene.run('v1.0.0', inputs)).ok).toBe(true);
    const before = await scene.only();
    for (const more of [{}, { update: 'true' }] as Record<string, string>[]) {
      const { ok, outputs } = await scene.run('v1.0.0', { ...inputs, ...more });
      expect(ok).toBe(true);
      expect(outputs).toMatchObject({
        id: String(before.id),
        created: 'false',
        published: 'true',
        latest: 'true',
        url: before.html_url,
      });
      expect(await scene.only()).toEqual(before);
    }
  });

  it('of a pre-release version becomes a pre-release, and never the latest', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0-rc.1');
    const { ok, outputs } = await scene.run('v1.0.0-rc.1');
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ prerelease: 'true', latest: 'false', 'previous-tag': '' });
    expect((await scene.only()).prerelease).toBe(true);
  });

  it('of an older version line is compared with that line, and is not marked as latest', async () => {
    const scene = await Scene.create();
    const old = await scene.tag('v1.0.0');
    await scene.ref('heads/release-1', old);
    await scene.tag('v2.0.0');
    expect((await scene.run('v2.0.0')).outputs).toMatchObject({ 'previous-tag': 'v1.0.0', latest: 'true' });
    await scene.tag('v1.0.1', 'fix: old', 'release-1');
    const { ok, outputs } = await scene.run('v1.0.1', { 'major-tag': 'true' });
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ 'previous-tag': 'v1.0.0', latest: 'false' });
    expect((await api.repos.getLatestRelease(scene.where)).data.tag_name).toBe('v2.0.0');
    // The next version of the newer line is not compared with the side branch.
    await scene.tag('v2.0.1');
    expect((await scene.run('v2.0.1')).outputs).toMatchObject({ 'previous-tag': 'v2.0.0', latest: 'true' });
  });

  it('of an older version line without an ancestor gets notes of its own commits, not since a newer release', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    expect((await scene.run('v1.0.0')).ok).toBe(true);
    await scene.tag('v0.9.0', 'feat: old', 'other');
    await scene.tag('v0.9.1', 'fix: older', 'release-0');
    const { ok, outputs, log } = await scene.run('v0.9.1');
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ 'previous-tag': '', latest: 'false' });
    expect(outputs.notes).toContain('### Bug fixes\n\n- older (');
    expect(outputs.notes).toContain(`/commits/v0.9.1`);
    expect(outputs.notes).not.toContain('v1.0.0');
    expect(log).toContain('::warning title=create-release::');
  });

  it('moves the major tag forward, never back', async () => {
    const scene = await Scene.create();
    const getMajorTag = async () => (await api.git.getRef({ ...scene.where, ref: 'tags/v1' })).data.object.sha;
    const first = await scene.tag('v1.0.0');
    expect((await scene.run('v1.0.0', { 'major-tag': 'true' })).ok).toBe(true);
    expect(await getMajorTag()).toBe(first);
    const second = await scene.tag('v1.1.0');
    expect((await scene.run('v1.1.0', { 'major-tag': 'true' })).ok).toBe(true);
    expect(await getMajorTag()).toBe(second);
    expect((await scene.run('v1.0.0', { 'major-tag': 'true' })).ok).toBe(true);
    expect(await getMajorTag()).toBe(second);
  });

  it('gets one major tag from concurrent runs', async () => {
    const scene = await Scene.create();
    const sha = await scene.tag('v1.0.0');
    const runs = await Promise.all([1, 2, 3].map(() => scene.run('v1.0.0', { 'major-tag': 'true' })));
    expect(runs.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect((await api.git.getRef({ ...scene.where, ref: 'tags/v1' })).data.object.sha).toBe(sha);
  });

  it('named like a command is plain text', async () => {
    const scene = await Scene.create();
    const tag = 'v1.0.0$(touch${IFS}pwned)<b>';
    await scene.tag('v0.9.0');
    await api.repos.createRelease({ ...scene.where, tag_name: 'v0.9.0' });
    await scene.tag(tag);
    const { ok, outputs, summary } = await scene.run(tag);
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ tag, prerelease: 'false', latest: 'false' });
    expect(summary).not.toContain('<b>');
    await expect(readFile(join(scene.workspace, 'pwned'))).rejects.toThrow('ENOENT');
  });
});

describe('a tag that does not exist', () => {
  it('is rejected without a target, and created at the target on publishing', async () => {
    const scene = await Scene.create();
    const head = await scene.commit('feat: it');
    const rejected = await scene.run('v1.0.0');
    expect(rejected.exitCode).toBe(1);
    expect(rejected.log).toContain('the tag v1.0.0 does not exist');
    expect(await scene.releases()).toEqual([]);
    expect((await scene.run('v1.0.0', { target: 'main' })).ok).toBe(true);
    expect((await api.git.getRef({ ...scene.where, ref: 'tags/v1.0.0' })).data.object.sha).toBe(head);
    await scene.commit('feat: more');
    expect((await scene.run('v1.0.0', { target: 'main' })).ok).toBe(true);
    expect((await scene.only()).target_commitish).toBe(head);
  });
});

describe('runs at the same time', () => {
  it.each([
    ['with files', '*.tgz'],
    ['without files', ''],
  ])('end with one release: %s', async (_, files) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await scene.file('b.tgz', 'beta');
    const runs = await Promise.all([1, 2, 3, 4].map(() => scene.run('v1.0.0', { files })));
    expect(runs.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    const release = await scene.only();
    expect(release.draft).toBe(false);
    expect(release.body).not.toContain('unfinished draft');
    expect(release.assets.map(({ name, state }) => [name, state]).sort()).toEqual(
      files === ''
        ? []
        : [
            ['SHA256SUMS', 'uploaded'],
            ['a.tgz', 'uploaded'],
            ['b.tgz', 'uploaded'],
          ],
    );
    expect(new Set(runs.map(({ outputs }) => outputs.id))).toEqual(new Set([String(release.id)]));
  });
});
