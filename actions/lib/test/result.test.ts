import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { escapeMarkdown, markdownCode, markdownTable, setOutputs, writeSummary } from '../result.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'result-'));
});
afterEach(async () => {
  delete process.env.GITHUB_OUTPUT;
  delete process.env.GITHUB_STEP_SUMMARY;
  await rm(folder, { recursive: true });
});

it('makes texts from elsewhere harmless in Markdown', () => {
  expect(escapeMarkdown('<img src=x> a|b *c* [d](e)\nf')).toBe('&lt;img src=x&gt; a\\|b \\*c\\* \\[d\\](e) f');
  expect(markdownCode('a`|</code>')).toBe('<code>a\\`\\|&lt;/code&gt;</code>');
});

it('writes a table that a cell cannot break', () => {
  expect(markdownTable({ header: ['Name', 'Link'], rows: [['a|b', { link: 'http://x/(y)', text: 'l' }]] })).toBe(
    '| Name | Link |\n| --- | --- |\n| a\\|b | [l](http://x/%28y%29) |',
  );
});

it.each([
  ['http://x/tag/v1.0.0%2Bb.1', 'http://x/tag/v1.0.0%2Bb.1'],
  ['http://x/a b|c<d>"', 'http://x/a%20b%7Cc%3Cd%3E%22'],
  ['http://x/100%', 'http://x/100%'],
])('links to %j as it is, save what would end the link', (link, target) => {
  expect(markdownTable({ header: ['L'], rows: [[{ link, text: 'l' }]] })).toContain(`| [l](${target}) |`);
});

it('sets outputs through the file of the runner, lists as JSON', async () => {
  process.env.GITHUB_OUTPUT = join(folder, 'out');
  await writeFile(process.env.GITHUB_OUTPUT, '');
  await setOutputs({ images: [{ name: 'web' }], text: 'a\nb', none: undefined });
  const lines = (await readFile(process.env.GITHUB_OUTPUT, 'utf8')).split('\n');
  expect(lines).toContain('[{"name":"web"}]');
  expect(lines.slice(3, 7)).toEqual([
    expect.stringMatching(/^text<</),
    'a',
    'b',
    expect.stringMatching(/^ghadelimiter/),
  ]);
});

it('does not fail the step when the summary cannot be written', async () => {
  process.env.GITHUB_STEP_SUMMARY = join(folder, 'missing', 'summary');
  await expect(writeSummary('# hi')).resolves.toBeUndefined();
});
