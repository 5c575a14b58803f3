import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { createFiles, type Files } from '../src/inputs/files.ts';

/** The root of the checkout, and its files. */
export let root = '';
export let files: Files;

/** Creates an empty checkout before each test of a file, and deletes it after. */
export function useCheckout(): void {
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'helm-lint-scan-test-')));
    files = createFiles(root);
  });
  afterEach(() => rm(root, { recursive: true }));
}

/** Write files by their path in the checkout. */
export async function write(texts: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** A Chart.yaml without problems. */
export const META = 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\n';
