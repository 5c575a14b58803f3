import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { admin, digestOf, dir, Scene, useHub } from './scene.ts';

useHub();

/** Runs the action as a job of its own, with its own workspace. */
async function runJob(scene: Scene, files: Record<string, string>, inputs: Record<string, string>) {
  const workspace = await mkdtemp(join(dir, 'job-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(workspace, name), text);
  return scene.run('v1.0.0', { notes: 'none', files: '*', ...inputs }, { env: { GITHUB_WORKSPACE: workspace } });
}
const sums = (files: Record<string, string>) =>
  Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${digestOf(text).slice('sha256:'.length)}  ${name}\n`)
    .join('');
/** Checks that the only release has these files, and a `SHA256SUMS` that names all of them. */
async function expectFiles(scene: Scene, files: Record<string, string>) {
  const release = await scene.only();
  const digests = Object.fromEntries(release.assets.map(({ name, digest }) => [name, digest]));
  const expected = Object.entries(files).map(([name, text]) => [name, digestOf(text)]);
  expect(digests).toEqual({ ...Object.fromEntries(expected), SHA256SUMS: digestOf(sums(files)) });
  return release;
}
const jobs = Array.from({ length: 20 }, (_, index) => ({ [`app-${index}.tgz`]: `built by job ${index}` }));
const all: Record<string, string> = Object.assign({}, ...jobs);

describe('jobs that attach files to one release', () => {
  it('one after the other, to a draft that a last job publishes, end with checksums that sha256sum accepts', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    const files = { 'linux.tgz': 'linux', 'mac.tgz': 'mac' };
    expect((await runJob(scene, { 'mac.tgz': 'mac' }, { draft: 'true' })).ok).toBe(true);
    expect((await runJob(scene, { 'linux.tgz': 'linux' }, { draft: 'true' })).ok).toBe(true);
    expect((await runJob(scene, {}, { files: '' })).ok).toBe(true);
    const release = await expectFiles(scene, files);
    expect(release.draft).toBe(false);
    const downloads = await mkdtemp(join(dir, 'downloads-'));
    for (const { name, browser_download_url } of release.assets)
      await writeFile(join(downloads, name), await scene.download(browser_download_url));
    const { stdout } = await execa('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: downloads });
    expect(stdout).toBe('linux.tgz: OK\nmac.tgz: OK');
  });

  it.each([2, 20])('%i at once, to one draft, end with checksums of every file', async (count) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    const results = await Promise.all(jobs.slice(0, count).map((files) => runJob(scene, files, { draft: 'true' })));
    expect(results.map(({ ok }) => ok)).toEqual(results.map(() => true));
    const release = await expectFiles(scene, Object.assign({}, ...jobs.slice(0, count)));
    expect(release.draft).toBe(true);
  });

  it.each([2, 20])('%i at once, to a published release, end with checksums of every file', async (count) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    expect((await runJob(scene, { 'first.txt': 'first' }, {})).ok).toBe(true);
    const results = await Promise.all(jobs.slice(0, count).map((files) => runJob(scene, files, { update: 'true' })));
    expect(results.map(({ ok }) => ok)).toEqual(results.map(() => true));
    await expectFiles(scene, { 'first.txt': 'first', ...Object.assign({}, ...jobs.slice(0, count)) });
  });

  it('again change nothing', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    for (const files of jobs.slice(0, 3)) expect((await runJob(scene, files, { draft: 'true' })).ok).toBe(true);
    const before = await scene.only();
    for (const files of jobs.slice(0, 3)) expect((await runJob(scene, files, { draft: 'true' })).ok).toBe(true);
    expect(await scene.only()).toEqual(before);
  });
});

describe('the files of a new draft', () => {
  it('need one request each, one for SHA256SUMS, and one read before the release is published', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await admin.clearRequests();
    expect((await runJob(scene, all, {})).ok).toBe(true);
    const operations = (await admin.requests()).map(({ operation }) => operation);
    const before = operations.slice(0, operations.indexOf('repos/update-release'));
    expect(before.filter((operation) => operation === 'repos/upload-release-asset')).toHaveLength(21);
    expect(before.filter((operation) => operation === 'repos/get-release')).toHaveLength(1);
    expect(before).not.toContain('repos/list-release-assets');
    expect(before).not.toContain('repos/delete-release-asset');
  });
});

describe('other-files', () => {
  it.each([
    ['of a draft', { draft: 'true' }],
    ['of a published release', { update: 'true' }],
  ])('%s are kept, or removed on request', async (_, inputs) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    const old = { 'old.tgz': 'old', 'both.tgz': 'both' };
    expect((await runJob(scene, old, inputs)).ok).toBe(true);
    expect((await runJob(scene, { 'both.tgz': 'both', 'new.tgz': 'new' }, inputs)).ok).toBe(true);
    await expectFiles(scene, { ...old, 'new.tgz': 'new' });
    const removing = { ...inputs, 'other-files': 'remove' };
    const { ok, outputs } = await runJob(scene, { 'both.tgz': 'both', 'new.tgz': 'new' }, removing);
    expect(ok).toBe(true);
    await expectFiles(scene, { 'both.tgz': 'both', 'new.tgz': 'new' });
    const names = JSON.parse(outputs.assets ?? '[]').map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(['SHA256SUMS', 'both.tgz', 'new.tgz']);
  });

  it('of a published release are not removed without `update`', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    expect((await runJob(scene, { 'old.tgz': 'old', 'new.tgz': 'new' }, {})).ok).toBe(true);
    const before = await scene.only();
    expect((await runJob(scene, { 'old.tgz': 'old', 'new.tgz': 'new' }, { 'other-files': 'remove' })).ok).toBe(true);
    expect(await scene.only()).toEqual(before);
  });
});

describe('a directory of 1,000 files', () => {
  it('is one too many with SHA256SUMS, which is an error before anything is done', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await mkdir(join(scene.workspace, 'many'));
    for (let index = 0; index < 1000; index++) await scene.file(`many/f${index}`, 'x');
    const { exitCode, log } = await scene.run('v1.0.0', { files: 'many/*' });
    expect(exitCode).toBe(1);
    expect(log).toContain('matches 1000 files, which are 1001 with SHA256SUMS; a release has at most 1000');
    expect(await scene.releases()).toEqual([]);
  });
});
