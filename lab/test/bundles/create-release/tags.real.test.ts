import { describe, expect, it } from '@jest/globals';
import { api, Scene, textOf, useHub } from './scene.ts';

useHub();

const latest = async (scene: Scene): Promise<string | undefined> =>
  (await api.repos.getLatestRelease(scene.where).catch(() => undefined))?.data.tag_name;

describe('a tag with a prefix', () => {
  it.each([
    ['api-v1.0.0', 'api-v1.1.0', 'api-v1.2.0-rc.1'],
    ['release/1.0.0', 'release/1.1.0', 'release/1.2.0-rc.1'],
    ['@acme/pkg@1.0.0', '@acme/pkg@1.1.0', '@acme/pkg@1.2.0-rc.1'],
  ])('is compared with its own series, and marked by its version: %s', async (first, second, candidate) => {
    const scene = await Scene.create();
    await scene.tag(first);
    await scene.tag('web-v1.1.0', 'feat(web): of another component');
    await scene.tag(second, 'feat: of this component');
    expect((await scene.run(second, { notes: 'commits' })).outputs).toMatchObject({
      'previous-tag': first,
      prerelease: 'false',
      latest: 'true',
    });
    await scene.tag(candidate);
    expect((await scene.run(candidate)).outputs).toMatchObject({
      'previous-tag': second,
      prerelease: 'true',
      latest: 'false',
    });
  });

  it('of any form is found with tag-prefix', async () => {
    const scene = await Scene.create();
    await scene.tag('web_1.9.0');
    await scene.tag('webcam_1.9.5');
    await scene.tag('web_1.10.0');
    const { outputs } = await scene.run('web_1.10.0', { 'tag-prefix': 'web_' });
    expect(outputs).toMatchObject({ 'previous-tag': 'web_1.9.0', latest: 'true' });
  });

  it('leaves the latest release to another component, and says so', async () => {
    const scene = await Scene.create();
    await scene.tag('web-v3.0.0');
    expect((await scene.run('web-v3.0.0')).outputs.latest).toBe('true');
    await scene.tag('api-v1.0.0');
    const { outputs, log } = await scene.run('api-v1.0.0');
    expect(outputs.latest).toBe('false');
    expect(log).toContain('web-v3.0.0, of another component, remains the latest release');
    expect(await latest(scene)).toBe('web-v3.0.0');
    expect((await scene.run('api-v1.0.0', { update: 'true', 'make-latest': 'true' })).outputs.latest).toBe('true');
    expect(await latest(scene)).toBe('api-v1.0.0');
  });
});

describe('a tag in another form', () => {
  it.each([
    ['v1.9', 'v1.10'],
    ['2024.01.05', '2024.02.10'],
    ['1.0.0+9', '1.0.0+10'],
    ['1.2.3.9', '1.2.3.10'],
  ])('is a version: %s, %s', async (first, second) => {
    const scene = await Scene.create();
    await scene.tag(first);
    expect((await scene.run(first)).outputs.latest).toBe('true');
    await scene.tag(second);
    expect((await scene.run(second)).outputs).toMatchObject({ 'previous-tag': first, latest: 'true' });
    expect(await latest(scene)).toBe(second);
  });

  it('that moves, such as v1 and v1.1, is not a start of notes', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    const second = await scene.tag('v1.1.0');
    for (const name of ['v1', 'v1.1']) await scene.ref(`tags/${name}`, second);
    await scene.tag('v1.1.1');
    expect((await scene.run('v1.1.1')).outputs).toMatchObject({ 'previous-tag': 'v1.1.0', latest: 'true' });
  });

  it('that is not a version is not the latest, and a notice says how to change that', async () => {
    const scene = await Scene.create();
    await scene.tag('build-6');
    await api.repos.createRelease({ ...scene.where, tag_name: 'build-6' });
    await scene.tag('build-7');
    const { outputs, log } = await scene.run('build-7');
    expect(outputs.latest).toBe('false');
    expect(log).toMatch(/^::notice .*The tag build-7 does not name a version.*Set make-latest or previous-tag/m);
    await scene.tag('build-8');
    const chosen = await scene.run('build-8', { 'make-latest': 'true', 'previous-tag': 'build-7' });
    expect(chosen.outputs).toMatchObject({ latest: 'true', 'previous-tag': 'build-7' });
    expect(chosen.log).not.toContain('::notice');
  });
});

describe('a tag beside the trunk', () => {
  it('on a commit of its own starts at the tag with the newest merge base', async () => {
    const scene = await Scene.create();
    const released: string[] = [];
    for (const number of [1, 2, 3, 4]) {
      const head = await scene.commit(`feat: number ${number}`);
      const tree = await scene.git(['rev-parse', `${head}^{tree}`]);
      const dist = await scene.git(['commit-tree', tree, '-p', head, '-m', `build: dist of ${number}`]);
      await scene.ref(`tags/v1.${number}.0`, dist);
      released.push(dist);
    }
    const { outputs } = await scene.run('v1.4.0', { notes: 'commits' });
    expect(outputs['previous-tag']).toBe('v1.3.0');
    expect(outputs.notes).toContain('number 4');
    expect(outputs.notes).not.toMatch(/number [123]/);
  });

  it('on a branch for each minor version lists nothing that was released before', async () => {
    const scene = await Scene.create();
    for (const minor of [0, 1, 2]) {
      const head = await scene.commit(`feat: on the trunk for ${minor}`);
      await scene.git(['update-ref', `refs/heads/release-1.${minor}`, head]);
      await scene.tag(`v1.${minor}.0`, `chore: release 1.${minor}.0`, `release-1.${minor}`);
      await scene.tag(`v1.${minor}.1`, `fix: of 1.${minor}`, `release-1.${minor}`);
    }
    const next = await scene.commit('feat: on the trunk for 3');
    await scene.git(['update-ref', 'refs/heads/release-1.3', next]);
    await scene.tag('v1.3.0', 'chore: release 1.3.0', 'release-1.3');
    const { outputs } = await scene.run('v1.3.0', { notes: 'commits' });
    expect(outputs['previous-tag']).toBe('v1.2.1');
    expect(outputs.notes).toContain('on the trunk for 3');
    expect(outputs.notes).not.toMatch(/on the trunk for [012]/);
  });

  it('is a version of three numbers for one of four, which does not become the latest beside a higher one', async () => {
    const scene = await Scene.create();
    const first = await scene.tag('1.2.3');
    await scene.git(['update-ref', 'refs/heads/release-1.2', first]);
    await scene.tag('2.0.0');
    expect((await scene.run('2.0.0')).outputs.latest).toBe('true');
    await scene.tag('1.2.3.1', 'fix: old line', 'release-1.2');
    const { outputs } = await scene.run('1.2.3.1');
    expect(outputs).toMatchObject({ 'previous-tag': '1.2.3', latest: 'false' });
  });

  it('is a version of two numbers for its first patch, which does not become the latest beside a newer one', async () => {
    const scene = await Scene.create();
    await scene.tag('v6.0.1');
    const first = await scene.tag('v6.1');
    await scene.git(['update-ref', 'refs/heads/release-6.1', first]);
    await scene.tag('v6.2');
    expect((await scene.run('v6.2')).outputs).toMatchObject({ 'previous-tag': 'v6.1', latest: 'true' });
    await scene.tag('v6.1.1', 'fix: old line', 'release-6.1');
    const { outputs } = await scene.run('v6.1.1');
    expect(outputs).toMatchObject({ 'previous-tag': 'v6.1', latest: 'false' });
  });

  it('starts at the tag on the merge base, if there is one', async () => {
    const scene = await Scene.create();
    const first = await scene.tag('v1.0.0');
    await scene.git(['update-ref', 'refs/heads/release-1.0', first]);
    await scene.tag('v1.0.1', 'fix: beside', 'release-1.0');
    await scene.tag('v1.1.0');
    expect((await scene.run('v1.1.0')).outputs['previous-tag']).toBe('v1.0.0');
  });
});

describe('a dry run', () => {
  it('without a tag shows the next version', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.4.0');
    const head = await scene.commit('feat: one more');
    const inputs = { 'dry-run': 'true', notes: 'commits' };
    const env = { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: head };
    const { ok, outputs } = await scene.run('', inputs, { env });
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ 'next-version': '1.5.0', tag: 'v1.5.0', 'previous-tag': 'v1.4.0' });
    expect(textOf(outputs.notes)).toContain('one more');
    expect(await scene.releases()).toEqual([]);
    const breaking = await scene.commit('fix!: all new');
    const next = await scene.run('', inputs, { env: { ...env, GITHUB_SHA: breaking } });
    expect(next.outputs).toMatchObject({ 'next-version': '2.0.0', tag: 'v2.0.0' });
  });

  it('without a tag skips a version that an old line has', async () => {
    const scene = await Scene.create();
    const first = await scene.tag('v1.0.0');
    await scene.git(['update-ref', 'refs/heads/release-1.0', first]);
    await scene.tag('v1.0.1', 'fix: old line', 'release-1.0');
    const env = { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: await scene.commit('fix: trunk') };
    const { ok, outputs } = await scene.run('', { 'dry-run': 'true' }, { env });
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ 'next-version': '1.0.2', tag: 'v1.0.2', 'previous-tag': 'v1.0.0' });
  });

  it('without a tag and without changes shows that nothing is to be released', async () => {
    const scene = await Scene.create();
    const head = await scene.tag('v1.4.0');
    const env = { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: head };
    const { ok, outputs, log } = await scene.run('', { 'dry-run': 'true' }, { env });
    expect(ok).toBe(true);
    expect(outputs['next-version']).toBe('');
    expect(log).toContain('Dry run: nothing to release');
  });
});
