import { describe, expect, it } from '@jest/globals';
import { api, digestOf, hub, OWNER, Scene, useHub } from './scene.ts';

useHub();

describe('a release that is there', () => {
  it('as a draft, which the server hides when asked by tag, is found and finished', async () => {
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
    expect(await scene.only()).toMatchObject({ id: draft.id, draft: false, name: 'v1.0.0', body: 'ours' });
    expect(outputs.created).toBe('false');
  });

  it('published by hand keeps its text without update, and takes ours with it', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await api.repos.createRelease({ ...scene.where, tag_name: 'v1.0.0', name: 'by hand', body: 'text' });
    const kept = await scene.run('v1.0.0');
    expect(kept.ok).toBe(true);
    expect(kept.log).toContain('it differs in name, body');
    expect(await scene.only()).toMatchObject({ name: 'by hand', body: 'text' });
    expect((await scene.run('v1.0.0', { update: 'true', notes: 'none', body: 'ours' })).ok).toBe(true);
    expect(await scene.only()).toMatchObject({ name: 'v1.0.0', body: 'ours' });
  });

  it('published with other files is refused without update, and changed with it', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    const before = await scene.only();
    await scene.file('a.tgz', 'other');
    const refused = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('v1.0.0 is already published with different files');
    expect(await scene.only()).toEqual(before);
    expect((await scene.run('v1.0.0', { files: '*.tgz', update: 'true' })).ok).toBe(true);
    expect((await scene.only()).assets.map(({ digest }) => digest)).toContain(digestOf('other'));
  });

  it('and is immutable keeps its files; releasing it and running again works', async () => {
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
    const refused = await scene.run('v1.0.0', { files: '*.tgz', update: 'true' });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('The release is immutable: its files cannot change');
    expect(await scene.only()).toEqual(before);
    expect((await scene.run('v1.0.0', { update: 'true', notes: 'none', body: 'new words' })).ok).toBe(true);
    expect(await scene.only()).toMatchObject({ id: before.id, body: 'new words', immutable: true });
  });

  it('stays a draft when a draft is asked for, and nothing changes the second time', async () => {
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
    expect(await scene.only()).toEqual(before);
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

describe('a dry run of what is published', () => {
  it('fails as the run would when its files are others, and says what update would change', async () => {
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
    const refused = await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true' });
    expect(refused.ok).toContain(
      '::error title=create-release%3A v1.0.0 is already published with different files::a.tgz has the digest',
    );
    const shown = await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true', update: 'true' });
    expect(shown.ok).toBe(true);
    expect(shown.summary).toContain('files would be uploaded: a.tgz has the digest');
    expect(await scene.only()).toEqual(before);
  });
});

describe('a release of odd words', () => {
  it('is linked from the summary as it is, and needs no commit from the runner', async () => {
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
