import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const lib = join(import.meta.dirname, '..');

/** Run an action whose flow is `body`, as a process of its own. */
async function runAction(body: string, env: Record<string, string> = {}) {
  const script = `
    import { run } from ${JSON.stringify(join(lib, 'run.ts'))};
    import { ActionError } from ${JSON.stringify(join(lib, 'errors.ts'))};
    await run('demo', async () => { ${body} });`;
  const failure = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, RUNNER_DEBUG: '', ...env },
  }).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { stdout: failure.stdout, stderr: failure.stderr, code: failure.code };
}

describe('run', () => {
  it('ends with exit code 0 when the flow ends', async () => {
    expect(await runAction('')).toEqual({ stdout: '', stderr: '', code: 0 });
  });

  it('says what failed, why and what to do next', async () => {
    const { stdout, code } = await runAction(
      `throw new ActionError({ what: 'the push', why: 'the disk is full', next: 'Free some space.' })`,
    );
    expect(stdout).toBe('::error title=demo%3A the push::the disk is full.%0AFree some space.\n');
    expect(code).toBe(1);
  });

  it('shows no stack trace for a defect, and says that it is one', async () => {
    const { stdout, stderr, code } = await runAction(`null.x`);
    expect(stdout).toContain('This is a defect of the action');
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('shows the stack and its causes with debug logging', async () => {
    const { stdout } = await runAction(`throw new Error('outer', { cause: new Error('inner') })`, {
      RUNNER_DEBUG: '1',
    });
    expect(stdout).toMatch(/::debug::Error: outer%0A +at .*caused by: Error: inner/);
  });
});
