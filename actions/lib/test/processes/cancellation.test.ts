import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createCancellableExec } from '../../processes/cancellation.ts';
import type { Exec } from '../../processes/exec.ts';

/** A process that runs until it is terminated. */
const waiting: Exec = {
  async run(_tool, _args, { signal }) {
    if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    return { exitCode: 143, stdout: '', stderr: '' };
  },
};

/** Whether a process has ended by now. */
const stateOf = (execution: Promise<unknown>): Promise<string> =>
  Promise.race([execution.then(() => 'ended'), setImmediate('running')]);

describe('a process that can be cancelled', () => {
  it('is terminated by the cancellation, and no other one starts', async () => {
    const exec = createCancellableExec(waiting);
    const running = exec.run('docker', [], { env: {} });
    await exec.cancel();
    expect((await running).exitCode).toBe(143);
    expect((await exec.run('docker', [], { env: {} })).exitCode).toBe(143);
  });

  it('is terminated by its own signal, alone', async () => {
    const exec = createCancellableExec(waiting);
    const own = new AbortController();
    const [first, second] = [
      exec.run('docker', [], { env: {}, signal: own.signal }),
      exec.run('docker', [], { env: {} }),
    ];
    own.abort();
    expect(await Promise.all([stateOf(first), stateOf(second)])).toEqual(['ended', 'running']);
    await exec.cancel();
    await second;
  });

  it('with its own signal is terminated by the cancellation too', async () => {
    const exec = createCancellableExec(waiting);
    const running = exec.run('docker', [], { env: {}, signal: new AbortController().signal });
    await exec.cancel();
    expect((await running).exitCode).toBe(143);
  });
});
