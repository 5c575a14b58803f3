import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FileChangedError } from '../../src/assets/file-stream.ts';
import { uploadAssets } from '../../src/assets/upload-assets.ts';
import type { AssetContent } from '../../src/releases/releases.ts';
import { content, FakeReleases } from '../fake-releases.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const changed = () => new FileChangedError('a.bin', 'uploaded', 'it no longer exists');
const failing = (): AssetContent => ({
  ...content('a.bin', 'alpha'),
  open: () =>
    new Readable({
      read() {
        this.destroy(changed());
      },
    }),
});
const create = () => {
  const releases = new FakeReleases();
  return {
    releases,
    release: releases.add({}),
    options: { releases, retry: { retries: 3, wait: async () => undefined } },
  };
};

describe('a file that changes while it is uploaded', () => {
  it('is not uploaded again, and no more files are', async () => {
    const { releases, release, options } = create();
    const uploads = [failing(), ...Array.from({ length: 20 }, (_, index) => content(`f${index}`, 'x'))];
    const work = uploadAssets(
      uploads.map((content) => ({ content, old: undefined })),
      release,
      options,
    );
    await expect(work).rejects.toThrow(FileChangedError);
    expect(releases.count('uploadAsset')).toBeLessThan(20);
    expect(releases.files.get(release.id)?.size).toBe(releases.count('uploadAsset'));
  });

  it('leaves no incomplete asset', async () => {
    const { releases, release, options } = create();
    releases.uploadAsset = async ({ id }, content) => {
      releases.addAsset(id, content, { complete: false, size: 0 });
      throw changed();
    };
    await expect(uploadAssets([{ content: failing(), old: undefined }], release, options)).rejects.toThrow(
      FileChangedError,
    );
    expect(releases.files.get(release.id)?.size).toBe(0);
  });

  it('does not hide its error when the incomplete asset cannot be removed', async () => {
    const { releases, release, options } = create();
    releases.injectFailure = (method) => (method === 'get' ? new Error('no') : undefined);
    await expect(uploadAssets([{ content: failing(), old: undefined }], release, options)).rejects.toThrow(
      FileChangedError,
    );
  });

  it('leaves the old asset that it was to replace', async () => {
    const { releases, release, options } = create();
    const old = releases.addAsset(release.id, content('a.bin', 'old'));
    const gone = { ...failing(), open: () => Promise.reject(changed()) };
    await expect(uploadAssets([{ content: gone, old }], release, options)).rejects.toThrow(FileChangedError);
    expect(releases.files.get(release.id)?.has(old.id)).toBe(true);
  });
});
