import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ActionError } from '../../lib/errors.ts';
import { parseImagesOutput } from '../../lib/images/images-output.ts';
import { commitNotes, parseChange } from '../src/notes/commits.ts';
import { composeNotes, splitLink } from '../src/notes/compose.ts';
import { plainText } from '../src/notes/text.ts';
import { addDraftMarker, MAX_BODY_LENGTH } from '../src/releases/canonical.ts';

const commit = (message: string, merge = false) => ({ sha: 'a'.repeat(40), message, merge });

describe('parseChange', () => {
  it.each([
    ['feat: add', { type: 'feat', scope: undefined, subject: 'add', breaking: false }],
    ['Fix(api)!: drop v1', { type: 'fix', scope: 'api', subject: 'drop v1', breaking: true }],
    [
      'feat: x\n\nbody\n\nBREAKING CHANGE: the port\nmoved\nRefs: 1',
      { breaking: true, breakingNote: 'the port moved' },
    ],
    ['feat: x\r\n\r\nBREAKING-CHANGE: y', { breaking: true, breakingNote: 'y' }],
    ['plain subject', { type: undefined, subject: 'plain subject' }],
    ['feat:no space', { type: undefined, subject: 'feat:no space' }],
    ['https://x.test: not a type', { type: undefined }],
    ['', { type: undefined, subject: '(no subject)' }],
  ])('%j', (message, expected) => expect(parseChange(commit(message))).toMatchObject(expected));
});

describe('commitNotes', () => {
  it('puts breaking changes first, then the types in a fixed order, then the rest, and omits merges', () => {
    const notes = commitNotes(
      ['chore: c', 'docs: d', 'fix: f', 'feat(web)!: b', 'something', 'perf: p']
        .map((message) => commit(message))
        .concat(commit('Merge branch x', true)),
      'https://hub.test/o/r/commit',
    );
    expect(notes.match(/^### .*$/gm)).toEqual([
      '### Breaking changes',
      '### Features',
      '### Bug fixes',
      '### Performance',
      '### Documentation',
      '### Build, tests and maintenance',
      '### Other changes',
    ]);
    expect(notes).toContain(`- **web:** b ([\`aaaaaaa\`](https://hub.test/o/r/commit/${'a'.repeat(40)}))`);
    expect(notes).not.toContain('Merge branch');
  });

  it('is empty when there is no commit', () => expect(commitNotes([], 'x')).toBe(''));
});

describe('plainText', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['[click](https://evil.test)', '\\[click\\](https://evil.test)'],
    ['thanks @octocat and @org/team', 'thanks @&#8203;octocat and @&#8203;org/team'],
    ['- item', '\\- item'],
    ['1. one', '1\\. one'],
    ['# head', '\\# head'],
    ['$(touch pwned)', '\\$(touch pwned)'],
    ['a\nb\u202ec', 'a b c'],
    ['| cell |', '\\| cell \\|'],
    ['`code`', '\\`code\\`'],
  ])('%j is %j', (text, expected) => expect(plainText(text)).toBe(expected));

  it('is one line without HTML or a mention, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(plainText(text)).not.toMatch(/[\n\r<>]|@(?!&#8203;)/);
      }),
    );
  });
});

describe('composeNotes', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const parsed = parseImagesOutput([
    { name: 'shop/web', repository: 'ghcr.io/o/shop/web', digest, tags: ['1.4.2', 'latest'] },
  ]);
  const images = 'value' in parsed ? parsed.value : [];

  it('joins body, changes, link and the table of images', () => {
    const { text, cut } = composeNotes({ body: 'Hello', changes: '* one', link: '**Full Changelog**: x', images });
    expect(cut).toBe(0);
    expect(text).toBe(
      `Hello\n\n* one\n\n**Full Changelog**: x\n\n### Images\n\n| Image | Tags | Digest |\n| --- | --- | --- |\n| <code>ghcr.io/o/shop/web</code> | <code>1.4.2, latest</code> | <code>${digest}</code> |`,
    );
  });

  it('truncates only the list of changes, at the end of a line, and reports it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1_000, max: 3_000 }),
        fc.integer({ min: 0, max: 124_000 }),
        (width, count, bodyLength) => {
          const line = `* ${'x'.repeat(width)}`;
          const changes = Array.from({ length: count }, () => line).join('\n');
          const { text, cut } = composeNotes({
            body: 'b'.repeat(bodyLength),
            changes,
            link: '**Full Changelog**: x',
            images,
          });
          expect(text.length).toBeLessThanOrEqual(MAX_BODY_LENGTH);
          expect(addDraftMarker(text, '0'.repeat(36)).length).toBeLessThanOrEqual(125_000);
          expect(text).toContain('**Full Changelog**: x\n\n### Images');
          expect(text.includes(`_${cut} more lines are not shown`)).toBe(cut > 0);
          expect(text.split('\n').filter((textLine) => textLine === line)).toHaveLength(count - cut);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('never truncates the body', () => {
    expect(() => composeNotes({ body: 'b'.repeat(125_000), changes: '', link: '', images })).toThrow(ActionError);
    expect(() => composeNotes({ body: 'b'.repeat(125_001), changes: '', link: '', images: [] })).toThrow(ActionError);
  });

  it('accepts a body of the maximum length', () => {
    const body = 'b'.repeat(125_000);
    expect(composeNotes({ body, changes: '', link: '', images: [] })).toEqual({ text: body, cut: 0 });
    expect(addDraftMarker(body, '0'.repeat(36))).toHaveLength(125_000);
  });
});

describe('splitLink', () => {
  it.each([
    [
      "## What's Changed\n* a\n\n\n**Full Changelog**: https://x",
      { changes: "## What's Changed\n* a", link: '**Full Changelog**: https://x' },
    ],
    ['**Full Changelog**: https://x', { changes: '', link: '**Full Changelog**: https://x' }],
    ['* a\n', { changes: '* a', link: '' }],
    ['', { changes: '', link: '' }],
  ])('%j', (notes, expected) => expect(splitLink(notes)).toEqual(expected));
});
