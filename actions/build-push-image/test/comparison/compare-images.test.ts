import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packTar, type TarEntry } from 'modern-tar';
import type { Digest } from '../../../lib/identifiers.ts';
import { compareImages } from '../../src/comparison/compare-images.ts';
import { archiveContents, registryContents } from '../../src/comparison/image-contents.ts';
import { parseManifest } from '../../src/registry/manifests/manifest.ts';
import { FakeRegistry } from '../fakes.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'compare-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
const time = new Date('1980-01-02T00:00:00Z');
const file = (name: string, body: string, header: Partial<TarEntry['header']> = {}): TarEntry => ({
  header: { name, size: body.length, mtime: time, mode: 0o644, uid: 0, gid: 0, ...header },
  body,
});

interface Image {
  layers: Uint8Array[];
  configuration: object;
}
const image = async (entries: TarEntry[], configuration: object = {}, compress = gzipSync): Promise<Image> => ({
  layers: [compress(await packTar(entries))],
  configuration: {
    history: [{ created_by: 'ENV A=1', empty_layer: true }, { created_by: 'COPY a / # buildkit' }],
    ...configuration,
  },
});
const blobsOf = ({ layers, configuration }: Image) => {
  const config = Buffer.from(JSON.stringify(configuration));
  const manifest = Buffer.from(
    JSON.stringify({
      config: { digest: digestOf(config) },
      layers: layers.map((bytes) => ({ digest: digestOf(bytes) })),
    }),
  );
  return { manifest, blobs: [config, manifest, ...layers] };
};

async function compare(source: Image, rebuilt: Image): Promise<string[]> {
  const registry = new FakeRegistry();
  const { manifest, blobs } = blobsOf(source);
  for (const bytes of blobs) registry.blobs.set(digestOf(bytes), Buffer.from(bytes));
  registry.images.set(`a.example/web@${digestOf(manifest)}`, parseManifest(manifest.toString(), 'the registry'));

  const archived = blobsOf(rebuilt);
  const archive = join(directory, 'image.tar');
  const index = JSON.stringify({ manifests: [{ digest: digestOf(archived.manifest) }] });
  const entries = archived.blobs.map((bytes) => ({
    header: { name: `blobs/${digestOf(bytes).replace(':', '/')}`, size: bytes.length },
    body: bytes,
  }));
  writeFileSync(archive, await packTar([...entries, file('index.json', index)]));
  return compareImages(
    await registryContents('a.example/web', digestOf(manifest), registry),
    await archiveContents(archive),
  );
}

describe('two images', () => {
  it.each<[string, TarEntry[], TarEntry[], string[]]>([
    ['the content of a file', [file('a', 'x')], [file('a', 'y')], ['a: content']],
    ['the size of a file', [file('a', 'x')], [file('a', 'xy')], ['a: size 1 in the source, 2 rebuilt', 'a: content']],
    ['a mode', [file('a', '')], [file('a', '', { mode: 0o755 })], ['a: mode 644 in the source, 755 rebuilt']],
    ['an owner', [file('a', '')], [file('a', '', { uid: 7 })], ['a: owner 0:0 in the source, 7:0 rebuilt']],
    [
      'a time',
      [file('a', '')],
      [file('a', '', { mtime: new Date('2026-01-01T00:00:00Z') })],
      ['a: time 1980-01-02T00:00:00.000Z in the source, 2026-01-01T00:00:00.000Z rebuilt'],
    ],
    [
      'the target of a link',
      [file('a', '', { type: 'symlink', linkname: 'b' })],
      [file('a', '', { type: 'symlink', linkname: 'c' })],
      ['a: link target b in the source, c rebuilt'],
    ],
    [
      'which files there are',
      [file('a', ''), file('b', '')],
      [file('b', ''), file('c', '')],
      ['a: only in the source', 'c: only in the rebuilt image'],
    ],
    [
      'the order of the files',
      [file('a', ''), file('b', '')],
      [file('b', ''), file('a', '')],
      ['the same files, in another order or with another compression'],
    ],
  ])(
    'that differ in %s: the file is named, with its layer and instruction',
    async (_title, before, after, expected) => {
      expect(await compare(await image(before), await image(after))).toEqual(
        expected.map((difference) => `layer 1 (COPY a /): ${difference}`),
      );
    },
  );

  it('that differ in their configuration: the field is named', async () => {
    const files = [file('a', '')];
    const before = { created: 'x', config: { Env: ['A=1=2', 'B=1'], Labels: { l: '1' }, Cmd: ['/a'] } };
    const after = { created: 'x', config: { Env: ['A=1=3'], Labels: { l: '2' }, Cmd: ['/b'] } };
    expect(await compare(await image(files, before), await image(files, after))).toEqual([
      'configuration: Cmd ["/a"] in the source, ["/b"] rebuilt',
      'configuration: label l "1" in the source, "2" rebuilt',
      'configuration: variable A 1=2 in the source, 1=3 rebuilt',
      'configuration: variable B 1 in the source, missing rebuilt',
    ]);
  });

  it('that differ in the number of layers', async () => {
    const one = await image([file('a', '')]);
    const two = { ...one, layers: [...one.layers, ...one.layers] };
    expect(await compare(one, two)).toEqual(['1 layers in the source, 2 rebuilt']);
  });

  it.each([
    ['Zstandard', zstdCompressSync as typeof gzipSync],
    ['no compression', ((bytes: Uint8Array) => bytes) as typeof gzipSync],
  ])('are read with %s, too', async (_title, compress) => {
    const before = await image([file('a', 'x')], {}, compress);
    expect(await compare(before, await image([file('a', 'y')]))).toEqual(['layer 1 (COPY a /): a: content']);
  });
});
