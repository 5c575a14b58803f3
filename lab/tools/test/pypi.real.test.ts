import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { projectDir } from '../../paths.ts';
import { ensureTools, toolPath } from '../index.ts';
import { getPypiProgram, installPypi } from '../pypi.ts';
import { type PypiTool, tools } from '../table.ts';

let cache = '';
beforeEach(async () => {
  await ensureTools(['pip3', 'zizmor']);
  cache = await mkdtemp(join(tmpdir(), 'lab-pypi-'));
});
afterEach(() => rm(cache, { recursive: true }));

const install = (tool: PypiTool) => installPypi('zizmor', tool, { pip: toolPath('pip3'), cache, signal: undefined });

describe('a tool from PyPI', () => {
  it('is installed into a separate directory, and runs', async () => {
    await install(tools.zizmor);
    const { stdout } = await execa(await getPypiProgram('zizmor', tools.zizmor, cache), ['--version']);
    expect(stdout).toBe(`zizmor ${tools.zizmor.version}`);
  });

  it('is rejected and removed if its hash is not pinned', async () => {
    const pinned = await readFile(join(projectDir, tools.zizmor.requirements), 'utf8');
    const requirements = join(cache, 'requirements.txt');
    await writeFile(requirements, pinned.replaceAll(/sha256:[0-9a-f]{8}/g, 'sha256:00000000'));
    await expect(install({ ...tools.zizmor, requirements })).rejects.toThrow(
      'installing zizmor failed: the download does not match the hash that this checkout pins',
    );
    expect(await readdir(cache)).toEqual(['requirements.txt']);
  });
});
