import { describe, expect, it } from '@jest/globals';
import { admin, api, injectedFaults, Scene, textOf, UPLOAD, useHub, waitUntil } from './scene.ts';

useHub();

const INPUTS = { notes: 'none', body: 'ours', files: 'a.tgz' };

/** Runs the step, and edits a release as a person while its files are uploaded. */
async function editDuringUpload(scene: Scene, tag: string, inputs: Record<string, string>) {
  await admin.addFault({ match: UPLOAD, times: 1, fault: { delayMs: 1500 } });
  const running = scene.run(tag, { ...INPUTS, ...inputs });
  await waitUntil(async () => (await injectedFaults()) > 0);
  const releases = await scene.releases();
  const release = releases.find(({ draft }) => !draft) ?? releases[0];
  if (release === undefined) throw new Error('no release exists');
  const body = `edited\n\n${release.body}`;
  const tag_name = release.tag_name;
  await api.repos.updateRelease({ ...scene.where, release_id: release.id, tag_name, name: 'better', body });
  expect((await running).ok).toBe(true);
  const { name, body: after, draft } = await scene.only();
  return { name, text: textOf(after), draft };
}

describe('the text of another release', () => {
  const text = async (scene: Scene, tag: string) =>
    (await api.repos.getReleaseByTag({ ...scene.where, tag })).data.body ?? '';

  it('can be the body of a release: its markers are left out, and a second run changes nothing', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0-rc.1');
    expect((await scene.run('v1.0.0-rc.1', { notes: 'none', body: 'ours' })).ok).toBe(true);
    await scene.tag('v1.0.0');
    const inputs = { notes: 'none', body: `${await text(scene, 'v1.0.0-rc.1')}\n\nmore`, update: 'true' };
    expect((await scene.run('v1.0.0', inputs)).outputs.notes).toBe('ours\n\nmore');
    const before = await text(scene, 'v1.0.0');
    expect((await scene.run('v1.0.0', inputs)).outputs.notes).toBe('ours\n\nmore');
    expect(await text(scene, 'v1.0.0')).toBe(before);
    const changed = { ...inputs, body: 'new' };
    expect((await scene.run('v1.0.0', changed)).outputs.notes).toBe('new');
  });
});

describe('what a person copies from another release', () => {
  it('stays', async () => {
    const scene = await Scene.create();
    const ids = [];
    for (const tag of ['v1.0.0', 'v1.1.0']) {
      await scene.tag(tag);
      ids.push(Number((await scene.run(tag, { notes: 'none', body: `notes of ${tag}` })).outputs.id));
    }
    const [first, second] = await Promise.all(
      ids.map(async (release_id) => (await api.repos.getRelease({ ...scene.where, release_id })).data),
    );
    const body = `${first?.body}\n\n${second?.body}`;
    await api.repos.updateRelease({ ...scene.where, release_id: second?.id ?? 0, tag_name: 'v1.1.0', body });
    const { ok, outputs, log } = await scene.run('v1.1.0', { notes: 'none', body: 'longer', update: 'true' });
    expect(ok).toBe(true);
    expect(outputs.notes).toBe('notes of v1.0.0\n\nnotes of v1.1.0');
    expect(log).toMatch(/^::notice .*The text of v1\.1\.0 was edited by hand, and was kept/m);
  });
});

describe('what a person edits during the upload of files stays', () => {
  const EDITED = { name: 'better', draft: false };
  const BY_HAND = { tag_name: 'v1.0.0', name: 'by hand', body: 'text' };

  it('in a draft of this run', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect(await editDuringUpload(scene, 'v1.0.0', {})).toEqual({ ...EDITED, text: 'edited\n\nours' });
  });

  it.each([
    ['a draft of a person', true],
    ['a published release', false],
  ])('in %s', async (_name, draft) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await api.repos.createRelease({ ...scene.where, ...BY_HAND, draft });
    const edited = await editDuringUpload(scene, 'v1.0.0', { update: 'true' });
    expect(edited).toEqual({ ...EDITED, text: 'edited\n\ntext\n\nours' });
  });

  it('in which release is the latest', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect((await scene.run('v1.0.0', INPUTS)).outputs.latest).toBe('true');
    await scene.file('a.tgz', 'other');
    await scene.tag('web-v2.0.0');
    await admin.addFault({ match: UPLOAD, times: 1, fault: { delayMs: 1500 } });
    const running = scene.run('v1.0.0', { ...INPUTS, update: 'true' });
    await waitUntil(async () => (await injectedFaults()) > 0);
    await api.repos.createRelease({ ...scene.where, tag_name: 'web-v2.0.0', make_latest: 'true' });
    const { ok, outputs } = await running;
    expect({ ok, latest: outputs.latest }).toEqual({ ok: true, latest: 'false' });
    expect((await api.repos.getLatestRelease(scene.where)).data.tag_name).toBe('web-v2.0.0');
  });

  it('in the release of a tag that moves', async () => {
    const scene = await Scene.create();
    await scene.commit('feat: a');
    await scene.file('a.tgz', 'alpha');
    const moving = { tag: 'nightly', target: 'main', 'move-tag': 'true' };
    expect((await scene.run('', { ...INPUTS, ...moving })).ok).toBe(true);
    await scene.commit('feat: b');
    expect(await editDuringUpload(scene, '', moving)).toEqual({ ...EDITED, text: 'edited\n\nours' });
  });
});
