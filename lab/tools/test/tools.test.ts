import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LabError } from '../../errors.ts';
import { type Apt, installPackages } from '../debian.ts';
import { buildDirectory, findBuild, requireGo } from '../go.ts';
import { buildLine } from '../index.ts';
import type { GoTool } from '../table.ts';

describe('requireGo', () => {
  it.each(['go1.21', 'go1.21.0', 'go1.26.8', 'go2.0', 'devel go1.27-abc'])('%s will do', (version) => {
    expect(() => requireGo(version, ['act'])).not.toThrow();
  });

  it.each(['go1.20.14', 'go1.19.8', 'go1.9'])('%s is too old', (version) => {
    expect(() => requireGo(version, ['act'])).toThrow(`${version} is too old to build act`);
  });

  it('says what to do when there is none', () => {
    expect(() => requireGo(undefined, ['act', 'helm'])).toThrow(
      'Go is not on the path, and these tools must be built with it: act, helm.',
    );
  });
});

describe('findBuild', () => {
  let cache = '';
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'lab-builds-'));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const tool: GoTool = { from: 'go', version: 'v1.0.0', package: 'example.org/act', seconds: 1 };
  const put = async (go: string, of = tool) => {
    const directory = await buildDirectory('act', of, go, cache, cache);
    mkdirSync(directory);
    writeFileSync(join(directory, 'act'), '');
    chmodSync(join(directory, 'act'), 0o755);
    return join(directory, 'act');
  };

  it('takes the build of this Go version alone, but any when there is no Go', async () => {
    const file = await put('go1.26.8');
    expect(await findBuild('act', tool, 'go1.26.8', cache, cache)).toBe(file);
    expect(await findBuild('act', tool, 'go1.27.0', cache, cache)).toBeUndefined();
    expect(await findBuild('act', tool, undefined, cache, cache)).toBe(file);
  });

  it.each([
    ['version', { version: 'v1.0.1' }],
    ['stamps', { stamps: ['main.version=2'] }],
    ['package', { package: 'example.org/other' }],
  ])('does not take one of another %s', async (_, change) => {
    await put('go1.26.8', { ...tool, ...change });
    expect(await findBuild('act', tool, 'go1.26.8', cache, cache)).toBeUndefined();
    expect(await findBuild('act', tool, undefined, cache, cache)).toBeUndefined();
  });
});

describe('installPackages', () => {
  const recording = (answers: (LabError | string)[]) => {
    const calls: string[] = [];
    const apt: Apt = async (_, command, args) => {
      calls.push(`${command} ${args[0]}`);
      const answer = answers.shift() ?? '';
      if (answer instanceof LabError) throw answer;
      return answer;
    };
    return { calls, apt };
  };

  it('asks for nothing when nothing is missing', async () => {
    const { calls, apt } = recording([]);
    await installPackages([], 1000, apt);
    expect(calls).toEqual([]);
  });

  it('tells a user who is not root what root has to run', async () => {
    const { calls, apt } = recording([]);
    const attempt = installPackages(['runc', 'git'], 1000, apt);
    await expect(attempt).rejects.toThrow('only root can install them: runc, git');
    await expect(attempt).rejects.toMatchObject({
      next: 'Run as root: apt-get install --no-install-recommends runc git',
    });
    expect(calls).toEqual([]);
  });

  it('refreshes the package lists only when a package is not found', async () => {
    const quick = recording(['']);
    await installPackages(['runc'], 0, quick.apt);
    expect(quick.calls).toEqual(['apt-get install']);
    const fresh = recording([new LabError('E: Unable to locate package runc', ''), '', '']);
    await installPackages(['runc'], 0, fresh.apt);
    expect(fresh.calls).toEqual(['apt-get install', 'apt-get update', 'apt-get install']);
  });

  it('goes on when a third-party source cannot be refreshed, as long as the package is found then', async () => {
    const { calls, apt } = recording([new LabError('404  Not Found', ''), new LabError('E: broken source', ''), '']);
    await installPackages(['runc'], 0, apt);
    expect(calls).toEqual(['apt-get install', 'apt-get update', 'apt-get install']);
  });

  it('reports the failed refresh when the package is still not found', async () => {
    const gone = () => new LabError('E: Unable to locate package runc', '');
    const { apt } = recording([gone(), new LabError('Temporary failure resolving', ''), gone()]);
    await expect(installPackages(['runc'], 0, apt)).rejects.toThrow('Temporary failure resolving');
  });

  it('does not refresh for a failure of another kind', async () => {
    const { calls, apt } = recording([new LabError('no space left on device', '')]);
    await expect(installPackages(['runc'], 0, apt)).rejects.toThrow('no space left');
    expect(calls).toEqual(['apt-get install']);
  });
});

describe('buildLine', () => {
  it.each([
    [0, 'building act (1 of 2), 0 s, at most about 60 s left'],
    [31, 'building act (1 of 2), 31 s, at most about 30 s left'],
    [500, 'building act (1 of 2), 500 s, nearly done'],
  ])('after %i s', (seconds, line) => {
    expect(buildLine('act', seconds, [40, 20], 0, 2)).toBe(line);
  });
});
