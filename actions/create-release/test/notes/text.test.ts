import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { plainText } from '../../src/notes/text.ts';
import { addDraftMarker, isUnfinishedDraft } from '../../src/releases/canonical.ts';
import type { Release } from '../../src/releases/releases.ts';

/** Rendered as GitHub does, with raw HTML. */
const render = (text: string): string =>
  micromark(`- ${plainText(text)}`, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  }).replaceAll('\n', '');
const item = (content: string): string => `<ul><li>${content}</li></ul>`;
const link = (address: string, shown = address): string => `<a href="${address}">${shown}</a>`;

describe('plainText', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['[click](https://evil.test)', '\\[click\\](<https://evil.test>)'],
    ['thanks @octocat and @org/team', 'thanks @&#8203;octocat and @&#8203;org/team'],
    ['- item', '\\- item'],
    ['1. one', '1\\. one'],
    ['# head', '\\# head'],
    ['$(touch pwned)', '\\$(touch pwned)'],
    ['a\nb\u202ec', 'a b c'],
    ['| cell |', '\\| cell \\|'],
    ['run `make all`', 'run `make all`'],
    ['a ` b', 'a \\` b'],
  ])('%j is %j', (text, expected) => expect(plainText(text)).toBe(expected));

  it.each([
    ['see https://x.test/a_b#part_two', `see ${link('https://x.test/a_b#part_two')}`],
    ['see https://x.test/?a=1&b=~2*3', `see ${link('https://x.test/?a=1&amp;b=~2*3')}`],
    ['(see https://x.test/a).', `(see ${link('https://x.test/a')}).`],
    ['[https://x.test/a]', `[${link('https://x.test/a')}]`],
    ['https://x.test/a_(b)!', `${link('https://x.test/a_(b)')}!`],
    ['"https://x.test/a", and more', `&quot;${link('https://x.test/a')}&quot;, and more`],
    ['HTTP://X.test/A', link('HTTP://X.test/A')],
    ['https://x.test/&copy;=1', link('https://x.test/&amp;copy;=1')],
    ['https://x.test/@scope/a', link('https://x.test/@scope/a')],
    ['https://x.test/a<b>', `${link('https://x.test/a')}&lt;b&gt;`],
    ['https:// and https://)', 'https:// and https://)'],
    ['www.x.test/a_b', 'www.x.test/a_b'],
    ['by a@x.test', 'by a@\u200bx.test'],
    ['[a](javascript:alert)', '[a](javascript:alert)'],
    ['![a](https://x.test/a.png)', `![a](${link('https://x.test/a.png')})`],
    ['<https://x.test>', `&lt;${link('https://x.test')}&gt;`],
    ['`https://x.test/a_b`', '<code>https://x.test/a_b</code>'],
    ['https://x.test/`a`', `${link('https://x.test/')}<code>a</code>`],
  ])('links %j to exactly the address', (text, expected) => expect(render(text)).toBe(item(expected)));

  it.each([
    ['`a` and ``b`c``', '<code>a</code> and <code>b`c</code>'],
    ['``a`b`', '``a<code>b</code>'],
    ['\\`a`', '\\<code>a</code>'],
    ['`<b>` and `@octocat`', '<code>&lt;b&gt;</code> and <code>@octocat</code>'],
    ['``` js ```', '<code>js</code>'],
    ['`a', '`a'],
    ['`a\nb`', '<code>a b</code>'],
    ['`<!-- a -->`', '`&lt;!-- a --&gt;`'],
  ])('shows %j as code', (text, expected) => expect(render(text)).toBe(item(expected)));

  it('cannot contain the marker of a draft', () => {
    const text = plainText(`\`${addDraftMarker('', 'a').trim()}\``);
    expect(isUnfinishedDraft({ body: text } as Release)).toBe(false);
  });

  const fragments = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 5 }),
        fc.constantFrom('`', '``', '\\', '<', '>', '[', '](', ')', '![', '*', '_', '~~', '|', '&', '&lt;', '@a', ' '),
        fc.constantFrom('https://x.test/', 'www.x.test', 'a@x.test', '<b>', '<!--', '-->', '\n', '# ', '- ', '1) '),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

  it('is one line without HTML and without a mention outside of links and code, for any text', () => {
    fc.assert(
      fc.property(fragments, (text) => {
        expect(plainText(text)).not.toMatch(/[\n\r]/);
        const html = render(text);
        const withoutLinks = html.replaceAll(/<code>.*?<\/code>|<a href="[^"]*">[^<]*<\/a>/g, '');
        expect(withoutLinks.replace(/^<ul><li>(.*)<\/li><\/ul>$/, '$1')).not.toMatch(/<|@(?!\u200b)/);
      }),
      { numRuns: 500 },
    );
  });

  it('shows exactly the text, and links only to addresses that it shows', () => {
    fc.assert(
      fc.property(fragments, (text) => {
        const html = render(text);
        for (const [, address, shown] of html.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g))
          expect(decode(address)).toBe(encodeURI(decode(shown)));
        // Code has lost its backticks, and mentions have an invisible space.
        const visible = (shown: string): string =>
          shown.replaceAll(/[`\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\p{Cc}]/gu, '');
        expect(visible(decode(html.replaceAll(/<[^>]*>/g, '')))).toBe(visible(text));
      }),
      { numRuns: 500 },
    );
  });

  it('is fast for any number of backticks and brackets', () => {
    const text = `${'`'.repeat(10)}${'` `` ``` '.repeat(30_000)}https://x.test/${')'.repeat(100_000)}`;
    expect(plainText(text).length).toBeGreaterThan(text.length);
  });
});

const decode = (html = ''): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
