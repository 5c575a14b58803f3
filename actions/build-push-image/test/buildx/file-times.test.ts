import { lstatSync, lutimesSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { raiseTimes, withRaisedTimes } from '../../src/buildx/file-times.ts';
import { digest, plan, silent } from '../fakes.ts';

const COMMIT = 1_700_000_000;
let directory: string;
const inDirectory = (...path: string[]) => join(directory, ...path);
const time = (path: string) => lstatSync(path).mtimeMs / 1000;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'times-'));
  mkdirSync(inDirectory('sub'));
  mkdirSync(inDirectory('.git'));
  for (const name of ['sub/old', 'new', '.git/index']) writeFileSync(inDirectory(name), 'x');
  symlinkSync('/none', inDirectory('link'));
  lutimesSync(inDirectory('new'), COMMIT + 60, COMMIT + 60);
  // Just before the commit, whose time has whole seconds.
  lutimesSync(inDirectory('link'), COMMIT - 0.5, COMMIT - 0.5);
  for (const name of ['sub/old', '.git/index', '.git', 'sub', '.']) lutimesSync(inDirectory(name), 1, 1);
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the times of a context', () => {
  it("become the commit's for older files, directories and links", () => {
    expect(raiseTimes(directory, COMMIT)).toBe(0);
    expect(['.', 'sub', 'sub/old', 'link'].map((name) => time(inDirectory(name)))).toEqual([
      COMMIT,
      COMMIT,
      COMMIT,
      COMMIT,
    ]);
  });

  it('stay for newer files, and in .git', () => {
    raiseTimes(directory, COMMIT);
    expect([time(inDirectory('new')), time(inDirectory('.git/index')), time(inDirectory('.git'))]).toEqual([
      COMMIT + 60,
      1,
      1,
    ]);
  });
});

describe('a build', () => {
  const built = { digest: digest('1'), metadata: {} };
  const progressOf = async (context: string, epoch: number | undefined) => {
    const lines: string[] = [];
    const builder = withRaisedTimes({ build: async () => built, export: async () => undefined });
    const log = { ...silent, progress: (text: string) => lines.push(text) };
    expect(await builder.build({ ...plan, image: { ...plan.image, context }, epoch }, log)).toBe(built);
    return lines;
  };

  it('sets the times of its context first, if it is reproducible', async () => {
    expect(await progressOf(directory, undefined)).toEqual([]);
    expect(time(inDirectory('sub/old'))).toBe(1);
    expect(await progressOf(directory, COMMIT)).toEqual([]);
    expect(time(inDirectory('sub/old'))).toBe(COMMIT);
  });

  it('continues when a time cannot be set, and reports it', async () => {
    expect(await progressOf(inDirectory('none'), COMMIT)).toEqual([
      expect.stringContaining('1 files or directories could not be set'),
    ]);
  });
});
