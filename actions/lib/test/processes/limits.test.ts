import { describe, expect, it } from '@jest/globals';
import { minimalEnvironment } from '../../processes/environment.ts';
import { createExec } from '../../processes/exec.ts';
import type { ProcessLimits } from '../../processes/limits.ts';

const exec = createExec({});
const node = (script: string, limits: ProcessLimits) =>
  exec.run('node', ['-e', script], { env: minimalEnvironment(process.env, []), limits });

describe('a process that exceeds a limit is killed, and its result says which', () => {
  it.each<[name: string, script: string, limits: ProcessLimits, exceeded: string]>([
    ['time', 'setInterval(() => {}, 1000)', { seconds: 0.5 }, 'more than 0.5 seconds'],
    [
      'time, ignoring SIGTERM',
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)",
      { seconds: 0.5 },
      'more than 0.5 seconds',
    ],
    [
      'output',
      "const w = () => process.stdout.write('x'.repeat(100000), w); w()",
      { output: 2 },
      'more than 2 MiB of output',
    ],
    [
      'standard error',
      "const w = () => process.stderr.write('x'.repeat(100000), w); w()",
      { output: 2 },
      'more than 2 MiB of output',
    ],
    [
      'output of a child process',
      "require('child_process').spawn('yes', { stdio: 'inherit' }); setInterval(() => {}, 1000)",
      { output: 2 },
      'more than 2 MiB of output',
    ],
    [
      'memory',
      'const held = []; setInterval(() => held.push(Buffer.alloc(10000000, 1)), 5)',
      { memory: 300 },
      'more than 300 MiB of memory',
    ],
  ])(
    '%s',
    async (_, script, limits, exceeded) => {
      expect(await node(script, { seconds: 30, ...limits })).toMatchObject({ exitCode: 143, exceeded });
    },
    60_000,
  );

  it('a process within the limits is not affected', async () => {
    expect(await node('console.log(1)', { seconds: 30, output: 1, memory: 2000 })).toEqual({
      exitCode: 0,
      stdout: '1\n',
      stderr: '',
    });
  });
});

describe('a process that ignores SIGTERM when the step is cancelled', () => {
  it('is killed', async () => {
    const cancel = new AbortController();
    const running = exec.run(
      'node',
      ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.error('up')"],
      { env: minimalEnvironment(process.env, []), signal: cancel.signal, onErrorLine: () => cancel.abort() },
    );
    expect((await running).exitCode).toBe(143);
  }, 20_000);
});
