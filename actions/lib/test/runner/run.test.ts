import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { CULTURES, readAsRunner } from './runner-model.ts';

const lib = join(import.meta.dirname, '../..');

/** Start an action with this flow, as a separate process. */
function startAction(body: string, env: Record<string, string> = {}) {
  const script = `
    import { run } from ${JSON.stringify(join(lib, 'runner/run.ts'))};
    import { ActionError, InputError, ReportedError } from ${JSON.stringify(join(lib, 'errors.ts'))};
    await run('demo', async () => { ${body} });`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, RUNNER_DEBUG: '', ...env },
  });
}

async function runAction(body: string, env: Record<string, string> = {}) {
  const child = startAction(body, env);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code };
}

describe('run', () => {
  it('exits with 0 when the flow succeeds', async () => {
    expect(await runAction('')).toEqual({ stdout: '', stderr: '', code: 0 });
  });

  it('reports what failed, why and what to do next', async () => {
    const { stdout, code } = await runAction(
      `throw new ActionError({ what: 'the push', why: 'the disk is full', next: 'Free some space.' })`,
    );
    expect(stdout).toBe('::error title=demo%3A the push::the disk is full.%0AFree some space.\n');
    expect(code).toBe(1);
  });

  it('reports a failure at its line', async () => {
    const { stdout } = await runAction(
      `throw new ActionError({ what: 'a', why: 'b', next: 'C.', location: { file: 'web/Dockerfile', line: 3 } })`,
    );
    expect(stdout).toBe('::error title=demo%3A a,file=web/Dockerfile,line=3::b.%0AC.\n');
  });

  it('fails without a second annotation when the failures are reported', async () => {
    const { stdout, code } = await runAction(`throw new ReportedError('2 of 3 images failed')`);
    expect([stdout, code]).toEqual(['demo: 2 of 3 images failed\n', 1]);
  });

  it('ends the problems of inputs with what one copies, without a full stop', async () => {
    const { stdout } = await runAction(
      `throw new InputError([{ input: 'registry', problem: 'is required', example: 'ghcr.io/my-org' }])`,
    );
    expect(stdout).toMatch(/registry is required; for example: ghcr\.io\/my-org%0ACorrect /);
  });

  it('reports a bug as such, without a stack trace', async () => {
    const { stdout, stderr, code } = await runAction(`null.x`);
    expect(stdout).toContain('This is a bug in the action');
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it.each([
    ['ENOENT', `await (await import('node:fs/promises')).readdir('/none')`, 'Create the missing file'],
    ['ENOTDIR', `await (await import('node:fs/promises')).readdir('/dev/null')`, 'Check the runner'],
  ])('reports %s as an operating system error, not as a bug', async (code, body, next) => {
    const { stdout, code: exitCode } = await runAction(body);
    expect(stdout).toMatch(/^::error title=demo%3A operating system error::/);
    expect(stdout).toContain(`${code}: `);
    expect(stdout).toContain(`.%0A${next}`);
    expect(exitCode).toBe(1);
  });

  it.each([
    [
      'an uncaught error',
      `setImmediate(() => { throw new Error(HOSTILE) }); await new Promise(() => setInterval(() => {}, 1e6));`,
      1,
    ],
    [
      'an unhandled rejection',
      `void Promise.reject(new Error(HOSTILE)); await new Promise(() => setInterval(() => {}, 1e6));`,
      1,
    ],
    [
      'a thrown string',
      `setImmediate(() => { throw HOSTILE }); await new Promise(() => setInterval(() => {}, 1e6));`,
      1,
    ],
    ['a warning of Node', `process.emitWarning(HOSTILE, 'DeprecationWarning', 'DEP0');`, 0],
    ['the output of a package', `console.log(HOSTILE); console.warn(HOSTILE); console.error('%s', HOSTILE);`, 0],
    [
      'the output of a package in single characters',
      `for (const character of HOSTILE) { process.stdout.write(character); process.stderr.write(Buffer.from(character)); }`,
      0,
    ],
    [
      'the output of a program',
      `const { createExec } = await import(${JSON.stringify(join(lib, 'processes/exec.ts'))});
       const { info } = await import(${JSON.stringify(join(lib, 'runner/commands.ts'))});
       const script = 'console.log(process.argv[1]); console.error(process.argv[1])';
       const { stdout } = await createExec({}).run('node', ['-e', script, HOSTILE], { onErrorLine: (line) => info(line) });
       info(stdout);`,
      0,
    ],
    [
      'a line without a line ending before an annotation',
      `process.stdout.write(HOSTILE); throw new ActionError({ what: 'w', why: 'y', next: 'n' });`,
      1,
    ],
  ])('prints no command from %s', async (_title, body, exitCode) => {
    const { stdout, stderr, code } = await runAction(
      `const HOSTILE = 'x\\r\\u0085::add-mask::sha256\\n::stop-commands::y\\n##[add-mask]sha256'; ${body}`,
    );
    for (const culture of CULTURES)
      expect([stdout, stderr].flatMap((text) => readAsRunner(text, culture).commands.map(({ name }) => name))).toEqual(
        exitCode === 0 ? [] : ['error'],
      );
    expect(stdout + stderr).toContain('add-mask');
    expect(code).toBe(exitCode);
  });

  it('completes when the log is closed early', async () => {
    const child = startAction(`
      for await (const _ of process.stdin);
      for (let line = 0; line < 3; line++) await new Promise((done) => process.stdout.write('line\\n', done));
      process.stderr.write('done');`);
    child.stdout.destroy();
    await once(child.stdout, 'close');
    child.stdin.end();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ stderr, code }).toEqual({ stderr: 'done', code: 0 });
  });

  it.each([
    ['a promise that nothing settles', `await new Promise(() => {});`],
    [
      'a connection whose end goes unnoticed',
      `const { createServer, get } = await import('node:http');
       const server = createServer((_, response) => {
         response.writeHead(200, { 'content-length': '9' });
         response.write('{', () => { response.destroy(); server.close(); });
       });
       await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
       await new Promise((resolve) =>
         get({ port: server.address().port }, (response) => response.resume().on('error', () => {}).on('end', resolve)));`,
    ],
  ])('reports that it waits for %s', async (_title, body) => {
    expect(await runAction(body)).toEqual({
      stdout: expect.stringMatching(/^::error title=demo%3A the step ended before it was complete::[^\n]+\n$/),
      stderr: '',
      code: 1,
    });
  });

  it('is complete while something of little importance remains', async () => {
    expect(await runAction(`setTimeout(() => {}, 1e6).unref(); setTimeout(() => {}, 10);`)).toMatchObject({ code: 0 });
  });

  it('shows the stack and its causes with debug logging', async () => {
    const { stdout } = await runAction(`throw new Error('outer', { cause: new Error('inner') })`, {
      RUNNER_DEBUG: '1',
    });
    expect(stdout).toMatch(/::debug::Error: outer%0A +at .*caused by: Error: inner/);
  });
});
