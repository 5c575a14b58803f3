import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LabError } from '../../errors.ts';
import { type Apt, installPackages } from '../debian.ts';
import { findBuild, getBuildDirectory } from '../go.ts';
import type { GoTool } from '../table.ts';

describe('findBuild', () => {
  let cache = '';
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'lab-builds-'));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const tool: GoTool = { from: 'go', version: 'v1.0.0', package: 'example.org/act', seconds: 1 };
  const build = () => ({ name: 'act', tool, cache, toolsDir: cache });
  const addBuild = async (goVersion: string, change: Partial<GoTool> = {}) => {
    const directory = await getBuildDirectory({ ...build(), tool: { ...tool, ...change } }, goVersion);
    mkdirSync(directory);
    writeFileSync(join(directory, 'act'), '');
    chmodSync(join(directory, 'act'), 0o755);
    return join(directory, 'act');
  };

  it('finds only a build of this Go version, or of any version if no Go is on the path', async () => {
    const file = await addBuild('go1.26.8');
    expect(await findBuild(build(), 'go1.26.8')).toBe(file);
    expect(await findBuild(build(), 'go1.27.0')).toBeUndefined();
    expect(await findBuild(build(), undefined)).toBe(file);
  });

  it.each([
    ['version', { version: 'v1.0.1' }],
    ['stamps', { stamps: ['main.version=2'] }],
    ['package', { package: 'example.org/other' }],
  ])('does not find a build of another %s', async (_, change) => {
    await addBuild('go1.26.8', change);
    expect(await findBuild(build(), 'go1.26.8')).toBeUndefined();
    expect(await findBuild(build(), undefined)).toBeUndefined();
  });
});

describe('installPackages', () => {
  const createFakeApt = (results: (LabError | string)[]) => {
    const calls: string[] = [];
    const apt: Apt = async (command, args) => {
      calls.push(`${command} ${args[0]}`);
      const result = results.shift() ?? '';
      if (result instanceof LabError) throw result;
      return result;
    };
    return { calls, apt };
  };

  it('runs nothing when no package is missing', async () => {
    const { calls, apt } = createFakeApt([]);
    await installPackages([], 1000, apt);
    expect(calls).toEqual([]);
  });

  it('reports the command for root to a user that is not root', async () => {
    const { calls, apt } = createFakeApt([]);
    const attempt = installPackages(['runc', 'git'], 1000, apt);
    await expect(attempt).rejects.toThrow('only root can install them: runc, git');
    await expect(attempt).rejects.toMatchObject({
      next: 'Run as root: apt-get install --no-install-recommends runc git',
    });
    expect(calls).toEqual([]);
  });

  it('refreshes the package lists only when a package is not found', async () => {
    const quick = createFakeApt(['']);
    await installPackages(['runc'], 0, quick.apt);
    expect(quick.calls).toEqual(['apt-get install']);
    const fresh = createFakeApt([new LabError('E: Unable to locate package runc', ''), '', '']);
    await installPackages(['runc'], 0, fresh.apt);
    expect(fresh.calls).toEqual(['apt-get install', 'apt-get update', 'apt-get install']);
  });

  it('ignores a third-party source that cannot be refreshed if the package is found then', async () => {
    const { calls, apt } = createFakeApt([
      new LabError('404  Not Found', ''),
      new LabError('E: broken source', ''),
      '',
    ]);
    await installPackages(['runc'], 0, apt);
    expect(calls).toEqual(['apt-get install', 'apt-get update', 'apt-get install']);
  });

  it('reports the failed refresh if the package is still not found', async () => {
    const notFound = () => new LabError('E: Unable to locate package runc', '');
    const { apt } = createFakeApt([notFound(), new LabError('Temporary failure resolving', ''), notFound()]);
    await expect(installPackages(['runc'], 0, apt)).rejects.toThrow('Temporary failure resolving');
  });

  it('does not refresh after any other failure', async () => {
    const { calls, apt } = createFakeApt([new LabError('no space left on device', '')]);
    await expect(installPackages(['runc'], 0, apt)).rejects.toThrow('no space left');
    expect(calls).toEqual(['apt-get install']);
  });
});
