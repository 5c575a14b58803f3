import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execa } from 'execa';
import fc from 'fast-check';
import { escapeMarkdown, inlineCode, markdownTable } from '../../markdown.ts';
import { setOutputs } from '../../runner/outputs.ts';
import { readOutputs } from './runner-model.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'result-'));
});
afterEach(async () => {
  delete process.env.GITHUB_OUTPUT;
  delete process.env.GITHUB_STEP_SUMMARY;
  await rm(directory, { recursive: true });
});

it('escapes text for Markdown', () => {
  expect(escapeMarkdown('<img src=x> a|b *c* [d](e)\nf')).toBe('&lt;img src=x&gt; a\\|b \\*c\\* \\[d\\](e) f');
  expect(inlineCode('a`|</code>')).toBe('<code>a\\`\\|&lt;/code&gt;</code>');
});

it('writes a table that no cell can break', () => {
  expect(markdownTable({ header: ['Name', 'Link'], rows: [['a|b', { link: 'http://x/(y)', text: 'l' }]] })).toBe(
    '| Name | Link |\n| --- | --- |\n| a\\|b | [l](http://x/%28y%29) |',
  );
});

it.each([
  ['http://x/tag/v1.0.0%2Bb.1', 'http://x/tag/v1.0.0%2Bb.1'],
  ['http://x/a b|c<d>"', 'http://x/a%20b%7Cc%3Cd%3E%22'],
  ['http://x/100%', 'http://x/100%'],
])('links to %j, and encodes only the characters that would end the link', (link, target) => {
  expect(markdownTable({ header: ['L'], rows: [[{ link, text: 'l' }]] })).toContain(`| [l](${target}) |`);
});

it('writes outputs to the file of the runner, lists as JSON', async () => {
  process.env.GITHUB_OUTPUT = join(directory, 'out');
  await writeFile(process.env.GITHUB_OUTPUT, '');
  await setOutputs({ images: [{ name: 'web' }], text: 'a\nb', none: undefined });
  const lines = (await readFile(process.env.GITHUB_OUTPUT, 'utf8')).split('\n');
  expect(lines).toContain('[{"name":"web"}]');
  expect(lines.slice(3, 7)).toEqual([
    expect.stringMatching(/^text<</),
    'a',
    'b',
    expect.stringMatching(/^end_[0-9a-f-]{36}$/),
  ]);
});

it('never sets another output, whatever the value contains', async () => {
  const file = join(directory, 'out');
  process.env.GITHUB_OUTPUT = file;
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.stringMatching(/^[a-z-]{1,8}$/),
        fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x\nend_\ny=z<<a\n')),
      ),
      async (outputs) => {
        await writeFile(file, '');
        await setOutputs(outputs);
        expect(readOutputs(await readFile(file, 'utf8'))).toEqual(
          Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, text.toWellFormed()])),
        );
      },
    ),
    { numRuns: 200 },
  );
});

it('reports the variable when outputs cannot be written', async () => {
  process.env.GITHUB_OUTPUT = join(directory, 'missing', 'out');
  await expect(setOutputs({ a: 'b' })).rejects.toMatchObject({
    what: 'invalid environment variable GITHUB_OUTPUT',
    why: expect.stringContaining('ENOENT'),
  });
});

it('does not take a full disk for an invalid variable', async () => {
  // Every write to it fails so: https://man7.org/linux/man-pages/man4/full.4.html
  process.env.GITHUB_OUTPUT = '/dev/full';
  await expect(setOutputs({ a: 'b' })).rejects.toMatchObject({ code: 'ENOSPC', syscall: 'write' });
});

it('prints outputs without a runner, and never as a command', async () => {
  const { stdout } = await print(`setOutputs({ tag: 'v1', list: ['a'], text: '\\n::add-mask::sha256' })`);
  expect(stdout).toBe('Output tag: v1\nOutput list: ["a"]\nOutput text: \n\\::add-mask::sha256\n');
});

it('reports the variable and prints the summary when it cannot be written, and does not fail', async () => {
  const { stdout, exitCode } = await print(`writeSummary('# hi')`, {
    GITHUB_STEP_SUMMARY: join(directory, 'missing', 'summary'),
  });
  expect(stdout).toMatch(
    /^::warning title=the job summary could not be written::The environment variable GITHUB_STEP_SUMMARY is .*\n# hi\n$/,
  );
  expect(exitCode).toBe(0);
});

/** Call a function of the module in a separate process. */
function print(call: string, env: Record<string, string> = {}) {
  const script = `import { setOutputs, writeSummary } from ${JSON.stringify(join(import.meta.dirname, '../../runner/outputs.ts'))}; await ${call};`;
  return execa(process.execPath, ['--input-type=module', '-e', script], {
    env: { GITHUB_OUTPUT: '', GITHUB_STEP_SUMMARY: '', ...env },
    stripFinalNewline: false,
  });
}
