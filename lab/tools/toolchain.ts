import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { findCommand } from './debian.ts';

/** Since 1.21, Go downloads the toolchain that a module requires: https://go.dev/doc/toolchain */
const MIN_GO_VERSION = [1, 21] as const;

/** A Go that can build the lab's tools. */
export interface Go {
  /** Path of the command. */
  program: string;
  /** Such as `go1.26.8`. */
  version: string;
  /** Its environment variables. */
  env: Record<string, string>;
}

/** Go downloads the toolchain that a module requires, when it is newer: https://go.dev/doc/toolchain */
const ENV = { GOWORK: 'off', GOTOOLCHAIN: 'auto' };

/** The version of a `go` command, such as `go1.26.8`; undefined if it does not run. */
async function readGoVersion(program: string, env: Go['env']): Promise<string | undefined> {
  const result = await execa(program, ['env', 'GOVERSION'], { reject: false, cwd: import.meta.dirname, env });
  return result.failed ? undefined : result.stdout.trim();
}

/** Whether the Go of this version can build the lab's tools. */
export function isNewEnough(version: string): boolean {
  const numbers = /^go(\d+)\.(\d+)/.exec(version);
  // Development versions are named "devel …" and are newer than any release.
  if (!numbers) return true;
  const [major, minor] = [Number(numbers[1]), Number(numbers[2])];
  return major > MIN_GO_VERSION[0] || (major === MIN_GO_VERSION[0] && minor >= MIN_GO_VERSION[1]);
}

/** The Go on `path`; undefined if there is none or it is too old. */
export async function findGo(path: string): Promise<Go | undefined> {
  const program = await findCommand('go', path);
  const version = program && (await readGoVersion(program, {}));
  return program && version && isNewEnough(version) ? { program, version, env: ENV } : undefined;
}

/**
 * The Go that was installed from PyPI, at `program`. It finds its own files, so a `GOROOT` of another Go must not apply.
 *
 * @throws LabError if it does not run on this machine
 */
export async function readInstalledGo(program: string): Promise<Go> {
  const env = { ...ENV, GOROOT: '' };
  const version = await readGoVersion(program, env);
  if (version) return { program, version, env };
  throw new LabError(
    `The Go that was installed from PyPI does not run: ${program}.`,
    'Install Go 1.21 or newer from https://go.dev/dl and put its bin directory on the path.',
  );
}
