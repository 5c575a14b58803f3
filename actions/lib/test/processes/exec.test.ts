import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { createExec, type ExecOptions, lastLines } from '../../processes/exec.ts';

const exec = createExec({ 'no-such-tool': 'Install it from the moon.' });
/** Run a script in Node. */
const node = (script: string, options: Partial<ExecOptions> = {}, ...args: string[]) =>
  exec.run('node', ['-e', script, '--', ...args], { env: {}, ...options });

describe('a program', () => {
  it('returns its output and exit code, without an error', async () => {
    const script = 'console.log("out"); console.error("err"); process.exitCode = 3';
    expect(await node(script)).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gets its arguments unchanged', async () => {
    const args = ['a b', '"', "'", '$(touch pwned)', '*', '', 'é\n'];
    const { stdout } = await node('console.log(JSON.stringify(process.argv.slice(1)))', {}, ...args);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  it('gets its directory, environment and input', async () => {
    const script =
      'process.stdin.on("data", (input) => console.log(JSON.stringify([process.cwd(), process.env.X, process.env.HOME, String(input)])))';
    const { stdout } = await node(script, { cwd: tmpdir(), env: { X: 'y' }, input: 'in' });
    expect(JSON.parse(stdout)).toEqual([realpathSync(tmpdir()), 'y', null, 'in']);
  });

  it('may exit without reading its input', async () => {
    expect((await node('process.exit(0)', { input: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('passes each line of standard error to the callback, also a last line without a line ending', async () => {
    const lines: string[] = [];
    await node('process.stderr.write("a\\r\\nb\\n\\nc")', { onErrorLine: (line) => lines.push(line) });
    expect(lines).toEqual(['a', 'b', '', 'c']);
  });

  it('is terminated by an abort signal', async () => {
    const cancel = new AbortController();
    const running = node('console.error("up"); setInterval(() => {}, 1000)', {
      signal: cancel.signal,
      onErrorLine: () => cancel.abort(),
    });
    expect(await running).toEqual({ exitCode: 143, stdout: '', stderr: 'up\n' });
    expect((await node('console.log(1)', { signal: cancel.signal })).stdout).toBe('');
  });

  it('that is missing is an error with the install hint', async () => {
    await expect(exec.run('no-such-tool', [], { env: {} })).rejects.toMatchObject({
      what: 'no-such-tool was not found',
      next: 'Install it from the moon.',
    });
  });

  it('that cannot start is an error with the directory', async () => {
    await expect(node('0', { cwd: '/no/such/directory' })).rejects.toMatchObject({
      what: 'node could not be run',
      next: expect.stringContaining('/no/such/directory'),
    });
  });
});

describe('lastLines', () => {
  it('omits blank lines', () => {
    expect(lastLines('a\n\nb\r\n  \nc\n', 2)).toBe('b\nc');
  });
});
