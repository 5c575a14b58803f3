import { describe, expect, it } from '@jest/globals';
import { api, digestOf, hub, OWNER, Scene, textOf, useHub, withoutCounts } from './scene.ts';

useHub();

describe('an existing release', () => {
  it('that is a draft, which GitHub does not return by its tag, is found and completed', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    const { data: draft } = await api.repos.createRelease({
      ...scene.where,
      tag_name: 'v1.0.0',
      name: 'by hand',
      draft: true,
    });
    await expect(api.repos.getReleaseByTag({ ...scene.where, tag: 'v1.0.0' })).rejects.toMatchObject({ status: 404 });
    const { ok, outputs } = await scene.run('v1.0.0', { notes: 'none', body: 'ours' });
    expect(ok).toBe(true);
    const release = await scene.only();
    expect(release).toMatchObject({ id: draft.id, draft: false, name: 'by hand' });
    expect(textOf(release.body)).toBe('ours');
    expect(outputs).toMatchObject({ created: 'false', notes: 'ours' });
  });

  it('that was published by hand keeps what the step was not asked to change', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await api.repos.createRelease({
      ...scene.where,
      tag_name: 'v1.0.0',
      name: 'by hand',
      body: 'text',
      prerelease: true,
    });
    const before = await scene.only();
    expect((await scene.run('v1.0.0')).log).toContain('v1.0.0 is already published and up to date');
    const kept = await scene.run('v1.0.0', { name: 'other', body: 'ours', prerelease: 'auto' });
    expect(kept.ok).toBe(true);
    expect(kept.log).toContain('it differs in name, body, prerelease');
    expect(withoutCounts(await scene.only())).toEqual(withoutCounts(before));
    const updated = await scene.run('v1.0.0', { update: 'true', notes: 'none', body: 'ours' });
    expect(updated.log).toContain('Changed body of v1.0.0; its text was kept above the text of this step.');
    const release = await scene.only();
    expect(release).toMatchObject({ name: 'by hand', prerelease: true });
    expect(textOf(release.body)).toBe('text\n\nours');
  });

  it('that is promoted from a pre-release becomes the latest if its version is the highest', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    expect((await scene.run('v1.0.0')).outputs).toMatchObject({ latest: 'true' });
    const latest = async () => (await api.repos.getLatestRelease(scene.where)).data.tag_name;
    await scene.tag('v1.1.0');
    await api.repos.createRelease({ ...scene.where, tag_name: 'v1.1.0', prerelease: true });
    const promote = { update: 'true', prerelease: 'false' };
    expect((await scene.run('v1.1.0', promote)).outputs).toMatchObject({ prerelease: 'false', latest: 'true' });
    expect(await latest()).toBe('v1.1.0');
    await scene.tag('v1.0.1');
    await api.repos.createRelease({ ...scene.where, tag_name: 'v1.0.1', prerelease: true });
    expect((await scene.run('v1.0.1', promote)).outputs).toMatchObject({ prerelease: 'false', latest: 'false' });
    expect(await latest()).toBe('v1.1.0');
  });

  it('that becomes a pre-release is no longer the latest', async () => {
    const scene = await Scene.create();
    for (const tag of ['v1.0.0', 'v1.1.0']) {
      await scene.tag(tag);
      expect((await scene.run(tag)).outputs.latest).toBe('true');
    }
    const { ok, outputs } = await scene.run('v1.1.0', { update: 'true', prerelease: 'true' });
    expect({ ok, ...outputs }).toMatchObject({ ok: true, prerelease: 'true', latest: 'false' });
    expect((await api.repos.getLatestRelease(scene.where)).data.tag_name).toBe('v1.0.0');
  });

  it('that was published with other files is rejected without `update`, and changed with it', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    const before = await scene.only();
    await scene.file('a.tgz', 'other');
    const rejected = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(rejected.exitCode).toBe(1);
    expect(rejected.log).toContain('v1.0.0 is already published with different files');
    expect(withoutCounts(await scene.only())).toEqual(withoutCounts(before));
    expect((await scene.run('v1.0.0', { files: '*.tgz', update: 'true' })).ok).toBe(true);
    expect((await scene.only()).assets.map(({ digest }) => digest)).toContain(digestOf('other'));
  });

  it('that is immutable keeps its files, and its text can be updated', async () => {
    const scene = await Scene.create();
    hub.admin.setImmutableReleases(`${OWNER}/${scene.where.repo}`, true);
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    const before = await scene.only();
    expect(before).toMatchObject({ immutable: true, draft: false });
    expect(before.assets).toHaveLength(2);
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    await scene.file('a.tgz', 'other');
    const rejected = await scene.run('v1.0.0', { files: '*.tgz', update: 'true' });
    expect(rejected.exitCode).toBe(1);
    expect(rejected.log).toContain('The release is immutable: its files cannot change');
    expect(withoutCounts(await scene.only())).toEqual(withoutCounts(before));
    expect((await scene.run('v1.0.0', { update: 'true', notes: 'none', body: 'new words' })).ok).toBe(true);
    const release = await scene.only();
    expect(release).toMatchObject({ id: before.id, immutable: true });
    expect(textOf(release.body)).toBe('new words');
  });

  it('stays a draft if a draft is requested, and a second run changes nothing', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    const inputs = { draft: 'true', files: '*.tgz' };
    expect((await scene.run('v1.0.0', inputs)).outputs).toMatchObject({
      created: 'true',
      published: 'false',
      latest: 'false',
    });
    const before = await scene.only();
    expect(before).toMatchObject({ draft: true, body: expect.not.stringContaining('unfinished draft') });
    expect((await scene.run('v1.0.0', inputs)).outputs).toMatchObject({ created: 'false', published: 'false' });
    expect(withoutCounts(await scene.only())).toEqual(withoutCounts(before));
  });
});

describe('a dry run', () => {
  it('shows what would be released and changes nothing', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    const { ok, outputs, summary } = await scene.run('v1.0.0', { 'dry-run': 'true', files: '*.tgz', notes: 'commits' });
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ tag: 'v1.0.0', created: 'false', published: 'false', latest: 'true' });
    expect(summary).toContain('would be drafted, completed and published');
    expect(summary).toContain('SHA256SUMS');
    expect(await scene.releases()).toEqual([]);
  });
});

describe('a dry run for a published release', () => {
  it('fails like the run if the files differ, and shows what `update` would change', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    const inputs = { files: '*.tgz', notes: 'none', checksums: 'false' };
    expect((await scene.run('v1.0.0', inputs)).ok).toBe(true);
    const before = await scene.only();
    expect(await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true' })).toMatchObject({
      ok: true,
      outputs: { published: 'true', created: 'false' },
      summary: expect.stringContaining('| is already published |'),
    });
    await scene.file('a.tgz', 'other');
    const rejected = await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true' });
    expect(rejected.ok).toContain(
      '::error title=create-release%3A v1.0.0 is already published with different files::a.tgz has the digest',
    );
    const update = await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true', update: 'true' });
    expect(update.ok).toBe(true);
    expect(update.summary).toContain('files would change: a.tgz has the digest');
    expect(withoutCounts(await scene.only())).toEqual(withoutCounts(before));
  });
});

describe('a release with special characters', () => {
  it('is linked unchanged from the summary, and needs no commit from the runner', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0+b#1&x=%y');
    const { ok, outputs, summary } = await scene.run(
      'v1.0.0+b#1&x=%y',
      { name: 'N | <b> [x](y)' },
      { env: { GITHUB_SHA: '' } },
    );
    expect(ok).toBe(true);
    expect(summary).toContain(`| [N \\| &lt;b&gt; \\[x\\](y)](${outputs.url}) |`);
    expect((await api.repos.getReleaseByTag({ ...scene.where, tag: 'v1.0.0+b#1&x=%y' })).data.html_url).toBe(
      outputs.url,
    );
  });
});
