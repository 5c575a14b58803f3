import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { helm } from './helm.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shop-chart-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the packaged chart', () => {
  it('contains what users need, and neither tests nor cases', async () => {
    await helm('package', join(import.meta.dirname, '..'), '--destination', directory);
    const [archive, ...others] = await readdir(directory);
    expect(others).toEqual([]);
    const { stdout } = await promisify(execFile)('tar', ['--list', '--gzip', '--file', join(directory, archive ?? '')]);
    const files = stdout.trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['shop/Chart.yaml', 'shop/values.schema.json', 'shop/README.md']));
    expect(
      files.filter((file) => !/^shop\/([A-Za-z.]+|templates\/[a-z_.]+|templates\/NOTES\.txt)$/.test(file)),
    ).toEqual([]);
  });
});
