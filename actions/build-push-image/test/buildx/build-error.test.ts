import { describe, expect, it } from '@jest/globals';
import { toBuildError } from '../../src/buildx/build-error.ts';
import { plan } from '../fakes.ts';

/** The end of BuildKit 0.34's log for a failed step. */
const log = (step: string, output: string) => `#5 0.1 ${output}
------
 > ${step}:
0.1 ${output}
------
Dockerfile:3
--------------------
   3 | >>> RUN /prog
--------------------
ERROR: failed to build: failed to solve: process "/prog" did not complete successfully: exit code: 1
`;
const next = (step: string, output: string, platforms: string[] = []) =>
  toBuildError({ ...plan, platforms }, log(step, output), (text) => text).next;
const foreign = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
const own = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

describe('a build step for a platform that the builder cannot run', () => {
  it.each([
    'exec /bin/sh: exec format error',
    'exec user process caused: exec format error',
    'runc run failed: exec: "/dev/.buildkit_qemu_emulator": no such file or directory',
  ])('points at the emulator: %s', (output) => {
    expect(next('[2/2] RUN /prog', output)).toBe(
      'Run docker/setup-qemu-action before docker/setup-buildx-action, or build the platform on a runner of that architecture.',
    );
  });

  it('names the platform', () => {
    expect(next('[linux/arm64 build 2/2] RUN /prog', 'exec format error', ['linux/arm64', 'linux/amd64'])).toContain(
      'build linux/arm64 on a runner',
    );
    expect(next('[2/2] RUN /prog', 'exec format error', ['linux/arm/v7'])).toContain('build linux/arm/v7 on a runner');
  });

  it('mentions the emulator when a program of another platform is not found', () => {
    expect(next('[2/2] RUN /prog', 'exec /prog: no such file or directory', [foreign])).toBe(
      `Correct line 3 of web/Dockerfile. If the builder has no emulator for ${foreign}, run docker/setup-qemu-action before docker/setup-buildx-action, or build ${foreign} on a runner of that architecture.`,
    );
  });

  it.each([
    ['a program of this platform is not found', 'exec /prog: no such file or directory', own],
    ['a program of another platform fails', '/prog: cannot open x: no such file or directory', foreign],
  ])('does not when %s', (_when, output, platform) => {
    expect(next('[2/2] RUN /prog', output, [platform])).toBe('Correct line 3 of web/Dockerfile.');
  });
});

it('the error of a push does not repeat what it printed', () => {
  const error = toBuildError(
    plan,
    '------\n > exporting to image:\n7.1 retrying in 4s\n------\nERROR: failed to push prod.example/web: unavailable\n',
    (text) => text,
  );
  expect(error.why).toBe('failed to push prod.example/web: unavailable');
});
