import { appendFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { digestOf, hub, Scene, useHub } from './scene.ts';

useHub();

/** A scene with files in `dist`. */
async function sceneWith(files: Record<string, string>): Promise<Scene> {
  const scene = await Scene.create();
  await scene.tag('v1.0.0');
  await mkdir(join(scene.workspace, 'dist'));
  for (const [name, text] of Object.entries(files)) await scene.file(`dist/${name}`, text);
  return scene;
}

/** Runs the action behind a proxy that changes something just before the hub creates the draft, when all digests are known. */
async function runWithChange(scene: Scene, inputs: Record<string, string>, change: () => Promise<unknown>) {
  const proxy = createServer(async (request, response) => {
    if (request.method === 'POST' && request.url?.endsWith('/releases')) await change();
    const body = await buffer(request);
    const { status, headers, ...result } = await fetch(`${hub.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(body.length > 0 ? { body } : {}),
    }).then(async (reply) => ({ status: reply.status, headers: reply.headers, text: await reply.text() }));
    response.writeHead(status, { 'content-type': headers.get('content-type') ?? 'text/plain' }).end(result.text);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    return await scene.run('v1.0.0', inputs, { env: { GITHUB_API_URL: `${origin}/api/v3` } });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

describe('a file that changes after its digest was computed', () => {
  const TEXT = 'x'.repeat(300_000);
  it.each<[string, (path: string) => Promise<unknown>, string]>([
    ['is gone', (path) => rm(path), 'it no longer exists'],
    ['is shorter', (path) => truncate(path, 5), 'it had 300000 bytes before, and now has 5'],
    ['is longer', (path) => appendFile(path, '!'), 'it had 300000 bytes before, and now has 300001'],
    [
      'has other bytes',
      (path) => writeFile(path, TEXT.replace(/x$/, 'y')),
      'it has the same size as before, but other bytes',
    ],
  ])('and %s is one error, and the release stays a draft without it', async (_, change, why) => {
    const scene = await sceneWith({ 'a.bin': TEXT });
    const inputs = { files: 'dist/*', checksums: 'false' };
    const { exitCode, log } = await runWithChange(scene, inputs, () => change(join(scene.workspace, 'dist/a.bin')));
    expect(exitCode).toBe(1);
    const errors = log.split('\n').filter((line) => line.startsWith('::error'));
    expect(errors).toEqual([
      expect.stringContaining(
        `::error title=create-release%3A the file dist/a.bin changed while it was being uploaded::${why}.`,
      ),
    ]);
    expect(log).not.toMatch(/attempt 2|node:|at async/);
    expect(await scene.only()).toMatchObject({ draft: true, assets: [] });
    await scene.file('dist/a.bin', 'ready');
    expect((await scene.run('v1.0.0', inputs)).ok).toBe(true);
    expect(await scene.only()).toMatchObject({ draft: false, assets: [{ digest: digestOf('ready') }] });
  });
});

describe('files', () => {
  it('that are hidden are left out with a notice, and attached on request', async () => {
    const scene = await sceneWith({ 'a.tgz': 'a', '.env.example': 'e' });
    const without = await scene.run('v1.0.0', { files: 'dist/*', draft: 'true' });
    expect(without.ok).toBe(true);
    expect(without.log).toContain(
      '`dist/*` leaves out dist/.env.example; set include-hidden-files: true to attach it.',
    );
    expect((await scene.run('v1.0.0', { files: 'dist/*', 'include-hidden-files': 'true' })).ok).toBe(true);
    const names = (await scene.only()).assets.map(({ name, label }) => [name, label ?? '']);
    expect(names.sort()).toEqual([
      ['SHA256SUMS', ''],
      ['a.tgz', ''],
      ['default.env.example', '.env.example'],
    ]);
  });

  it('without Latin letters are stored as `default`, with a notice', async () => {
    const scene = await sceneWith({ '测试.zip': 'z' });
    const { ok, log } = await scene.run('v1.0.0', { files: 'dist/*', checksums: 'false' });
    expect(ok).toBe(true);
    expect(log).toContain('测试.zip is stored as default.zip');
    expect(await scene.only()).toMatchObject({ assets: [{ name: 'default.zip', label: '测试.zip' }] });
  });

  it('that an exclusion with a typing error does not keep back are a warning', async () => {
    const scene = await sceneWith({ 'app.js': 'a', 'app.js.map': 'm' });
    const { ok, log } = await scene.run('v1.0.0', { files: 'dist/*\n!dst/*.map', 'dry-run': 'true' });
    expect(ok).toBe(true);
    expect(log).toContain('::warning title=create-release%3A files::files (line 2): `!dst/*.map` excludes nothing.');
  });

  it('have the media types of `content-types`', async () => {
    const scene = await sceneWith({ 'a.whl': 'a', 'b.txt': 'b' });
    const inputs = {
      files: 'dist/*',
      'content-types': '*.whl: application/x-wheel+zip\n*.txt: text/plain; charset=utf-8',
    };
    expect((await scene.run('v1.0.0', inputs)).ok).toBe(true);
    const types = (await scene.only()).assets.map(({ name, content_type }) => [name, content_type]);
    expect(Object.fromEntries(types)).toEqual({
      'a.whl': 'application/x-wheel+zip',
      'b.txt': 'text/plain; charset=utf-8',
      SHA256SUMS: 'text/plain',
    });
  });

  it.each([
    ['~/a.tgz', '`~` is not expanded; use a path in the workspace or in RUNNER_TEMP'],
    ['dist/a.tgz,dist/b.tgz', 'write one glob per line, not separated by commas'],
  ])('in the syntax of other actions are an error that says what to write: %s', async (files, hint) => {
    const scene = await sceneWith({ 'a.tgz': 'a', 'b.tgz': 'b' });
    const { exitCode, log } = await scene.run('v1.0.0', { files });
    expect(exitCode).toBe(1);
    expect(log).toContain(hint);
    expect(await scene.releases()).toEqual([]);
  });
});
