import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findGo, isNewEnough, readInstalledGo } from '../toolchain.ts';

const { GOROOT } = process.env;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-toolchain-'));
});
afterEach(() => {
  if (GOROOT === undefined) delete process.env.GOROOT;
  else process.env.GOROOT = GOROOT;
  rmSync(dir, { recursive: true });
});

/** A program that answers like `go env GOVERSION`. */
function writeGo(script: string): string {
  const program = join(dir, 'go');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return program;
}

describe('isNewEnough', () => {
  it.each(['go1.21', 'go1.21.0', 'go1.26.8', 'go2.0', 'devel go1.27-abc'])('accepts %s', (version) => {
    expect(isNewEnough(version)).toBe(true);
  });

  it.each(['go1.20.14', 'go1.19.8', 'go1.9'])('rejects %s', (version) => {
    expect(isNewEnough(version)).toBe(false);
  });
});

describe('the Go on the path', () => {
  it('is used if it is new enough', async () => {
    const program = writeGo('[ "$1 $2" = "env GOVERSION" ] && echo go1.26.8');
    expect(await findGo(dir)).toMatchObject({ program, version: 'go1.26.8' });
  });

  it('keeps a GOROOT that the user has set', async () => {
    writeGo('echo go1.26.8');
    expect((await findGo(dir))?.env).not.toHaveProperty('GOROOT');
  });

  it.each([
    ['is too old', 'echo go1.19.8'],
    ['does not run', 'exit 1'],
  ])('is not used if it %s', async (_, script) => {
    writeGo(script);
    expect(await findGo(dir)).toBeUndefined();
  });

  it('may be missing', async () => {
    expect(await findGo(dir)).toBeUndefined();
  });
});

describe('the Go from PyPI', () => {
  it('does not use the GOROOT of another Go, and may download the toolchain of a module', async () => {
    const program = writeGo('[ -z "$GOROOT" ] && echo go1.27.3');
    process.env.GOROOT = '/usr/lib/go-1.19';
    expect(await readInstalledGo(program)).toEqual({
      program,
      version: 'go1.27.3',
      env: expect.objectContaining({ GOROOT: '', GOTOOLCHAIN: 'auto' }),
    });
  });

  it('is reported if it does not run on this machine', async () => {
    await expect(readInstalledGo(writeGo('exit 126'))).rejects.toThrow('installed from PyPI does not run');
  });
});
