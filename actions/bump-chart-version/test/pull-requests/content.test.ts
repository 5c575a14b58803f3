import { describe, expect, it } from '@jest/globals';
import { pullRequestContent } from '../../src/pull-requests/content.ts';
import { filesOf, settings } from '../helpers.ts';

const names = Array.from(
  { length: 12 },
  (_, index) => `prometheus-something-exporter-${String(index).padStart(3, '0')}`,
);
const chart = (name: string, version: string): [string, string] => [
  `${name}/Chart.yaml`,
  `name: ${name}\nversion: ${version}\n`,
];

/** The texts of a pull request that bumps these charts from 1.0.0 to 1.1.0. */
async function contentFor(
  charts: readonly string[],
  inputs: Record<string, string> = {},
  more: Record<string, string> = {},
) {
  const read = await settings({ charts: charts.join('\n'), mode: 'pull-request', ...inputs });
  const at = (version: string, files: Record<string, string>) =>
    filesOf({ ...Object.fromEntries(charts.map((name) => chart(name, version))), ...files });
  const old = Object.fromEntries(Object.keys(more).map((path) => [path, '']));
  return pullRequestContent(read, { before: at('1.0.0', old), after: at('1.1.0', more), images: [] });
}

describe('the title of a pull request', () => {
  it.each<[string, string[], string, string]>([
    ['names all charts that fit', ['shop', 'api'], '{chart} {version}', 'shop, api 1.1.0'],
    [
      'names as many charts as fit, and the number of the others',
      names,
      'chore(release): {chart} {version}',
      `chore(release): ${names.slice(0, 6).join(', ')} and 6 more 1.1.0`,
    ],
    ['is cut where one name is too long', ['c'.repeat(300)], 'x{chart}', `x${'c'.repeat(254)}…`],
    ['is not cut within a character', ['😀'.repeat(150)], '{chart}', `${'😀'.repeat(127)}…`],
  ])('%s', async (_, charts, template, expected) => {
    const { title } = await contentFor(charts, { 'pull-request-title': template });
    expect(title).toBe(expected);
    expect(title.length).toBeLessThanOrEqual(256);
  });
});

describe('the labels of a pull request', () => {
  it('count what they leave out', async () => {
    expect((await contentFor(names, { 'pull-request-labels': 'v{version}\n{chart}' })).labels).toEqual([
      'v1.1.0',
      `${names[0]} and 11 more`,
    ]);
  });

  it('are an error when one is too long with its placeholders filled in', async () => {
    await expect(contentFor(['c'.repeat(51)], { 'pull-request-labels': '{chart}' })).rejects.toMatchObject({
      what: `the label "${'c'.repeat(51)}" is too long`,
      why: expect.stringContaining('51 characters'),
    });
  });
});

describe('the body of a pull request', () => {
  const LIST = '- `shop`: 1.0.0 → 1.1.0\n\n- `shop/Chart.yaml` `version`: `1.0.0` → `1.1.0`';

  it.each<[string, string | undefined, string]>([
    ['is the list of the changes', undefined, LIST],
    ['is a text, then the list', 'Release of {chart}.', `Release of shop.\n\n${LIST}`],
    ['has the list in its place', 'Before {version}\n{changes}\nAfter', `Before 1.1.0\n${LIST}\nAfter`],
    ['has the list once', '{changes}\n{changes}', LIST],
  ])('%s', async (_, body, expected) => {
    expect((await contentFor(['shop'], body === undefined ? {} : { 'pull-request-body': body })).body).toBe(expected);
  });

  it('lists as many changes as fit, and the number of the others', async () => {
    const values = Array.from({ length: 5000 }, (_, index) => `key${index}: value\n`).join('');
    const { body } = await contentFor(
      ['shop'],
      { 'pull-request-body': `${'x'.repeat(50_000)}{changes}\nend` },
      { 'shop/values.yaml': values },
    );
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.length).toBeGreaterThan(65_400);
    const [, more = ''] = /\nand (\d+) more changes\nend$/.exec(body) ?? [];
    const shown = body.split('\n').filter((line) => line.startsWith('- `shop/')).length;
    expect(shown + Number(more)).toBe(5001);
  });

  it('cuts a long value, and keeps one that contains Markdown in its place', async () => {
    const values = `long: ${'v'.repeat(5000)}\ntext: "a\`b\\n# c"\n`;
    const { body } = await contentFor(['shop'], {}, { 'shop/values.yaml': values });
    expect(body).toContain(`\`${'v'.repeat(199)}…\``);
    expect(body).toContain('<code>a\\`b \\# c</code>');
  });

  it('lists a changed file that is not YAML, and other charts of the branch', async () => {
    const { title, body } = await contentFor(
      ['shop'],
      {},
      { 'shop/README.toml': 'a = [', 'api/Chart.yaml': 'name: api\nversion: 2.0.0\n' },
    );
    expect(title).toBe('chore(release): shop, api 1.1.0, 2.0.0');
    expect(body).toContain('- `shop/README.toml`');
    expect(body).toContain('- `api`: ');
  });
});
