import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ActionError } from '../../../lib/errors.ts';
import { parseImagesOutput } from '../../../lib/images/images-output.ts';
import { composeNotes, splitLink } from '../../src/notes/compose.ts';
import { addDraftMarker, MAX_BODY_LENGTH } from '../../src/releases/canonical.ts';
import { markedText } from '../../src/releases/release-text.ts';

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
          expect(markedText(text).length).toBeLessThanOrEqual(125_000);
          expect(addDraftMarker(markedText(text), '0'.repeat(36)).length).toBeLessThanOrEqual(125_000);
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

  it.each([
    ['b'.repeat(125_001), '', 'it has 125001 characters; GitHub accepts 125000'],
    ['b'.repeat(124_990), '- one', 'it has 124990 characters, and a note that changes are missing needs'],
  ])('names the length of what cannot be truncated', (body, changes, why) => {
    expect(() => composeNotes({ body, changes: changes.repeat(100), link: '', images: [] })).toThrow(
      expect.objectContaining({ why: expect.stringContaining(why) }),
    );
  });

  it('accepts a body of the maximum length', () => {
    const body = 'b'.repeat(125_000);
    expect(composeNotes({ body, changes: '', link: '', images: [] })).toEqual({ text: body, cut: 0 });
    expect(markedText(body)).toBe(body);
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
