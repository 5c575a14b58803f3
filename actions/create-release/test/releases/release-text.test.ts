import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BodyMode } from '../../src/inputs/inputs.ts';
import { addDraftMarker, MAX_BODY_LENGTH } from '../../src/releases/canonical.ts';
import { isSameText, markedText, mergeText, visibleText } from '../../src/releases/release-text.ts';

const MODES: readonly BodyMode[] = ['append', 'prepend', 'replace', 'keep'];
const merge = (existing: string, text: string, mode: BodyMode = 'append') =>
  visibleText(mergeText(existing, text, mode).body);

describe('the text of a step in a text that was there', () => {
  it.each<[BodyMode, string, string]>([
    ['append', 'by hand\n\nnew', 'was kept above the text of this step'],
    ['prepend', 'new\n\nby hand', 'was kept below the text of this step'],
    ['replace', 'new', 'was replaced'],
    ['keep', 'by hand', 'was kept'],
  ])('goes where body-mode: %s says', (mode, visible, how) => {
    const merged = mergeText('by hand', 'new', mode);
    expect(visibleText(merged.body)).toBe(visible);
    expect(merged.how).toBe(how);
  });

  it.each(MODES)('is all there is in an empty text, with body-mode: %s', (mode) => {
    expect(mergeText('', 'new', mode)).toEqual({ body: markedText('new'), how: undefined });
    expect(mergeText(addDraftMarker('', 'run'), 'new', mode).body).toBe(markedText('new'));
  });

  it.each(MODES)('changes nothing if it is empty, with body-mode: %s', (mode) => {
    expect(mergeText('by hand', '', mode)).toEqual({ body: 'by hand', how: undefined });
  });

  it.each(MODES)('changes nothing if it is the same, without markers as older versions wrote it, with %s', (mode) => {
    expect(mergeText('## Notes\r\n\r\n* x\r\n', '## Notes\n\n* x', mode)).toEqual({
      body: '## Notes\n\n* x',
      how: undefined,
    });
  });

  it('replaces the old text of the action, and nothing around it', () => {
    const { body } = mergeText('above', 'old', 'append');
    expect(merge(`${body}\n\nbelow`, 'new')).toBe('above\n\nnew\n\nbelow');
    expect(merge(`${body}\n\nbelow`, 'new', 'prepend')).toBe('above\n\nnew\n\nbelow');
  });

  it('says nothing about a text of a person where there is none, or where nothing changes', () => {
    expect(mergeText(markedText('old'), 'new', 'append')).toEqual({ body: markedText('new'), how: undefined });
    const { body } = mergeText('above', 'old', 'append');
    expect(mergeText(body, 'old', 'append')).toEqual({ body, how: undefined });
  });

  it('replaces the old text of the action after the page of GitHub has changed the line breaks', () => {
    const { body } = mergeText('above', 'old\nnotes', 'append');
    expect(merge(body.replaceAll('\n', '\r\n'), 'new')).toBe('above\n\nnew');
  });

  it('is kept where a person has edited it, unless body-mode is replace', () => {
    const edited = mergeText('above', 'old', 'append').body.replace('old', 'old, but better');
    for (const mode of ['append', 'prepend'] as const)
      expect(mergeText(edited, 'new', mode)).toEqual({
        body: edited,
        how: 'was edited by hand, and was kept (set body-mode: replace to replace it)',
      });
    expect(merge(edited, 'new', 'replace')).toBe('new');
  });

  it.each(['above', 'below'])('is kept with the section of another release %s it', (place) => {
    const both = [markedText('other'), markedText('old')];
    const body = (place === 'above' ? both : both.reverse()).join('\n\n');
    expect(mergeText(body, 'new', 'append')).toMatchObject({ body, how: expect.stringContaining('edited by hand') });
    expect(merge(body, 'new', 'replace')).toBe('new');
  });

  it('keeps the spaces that make the first line of a person code', () => {
    expect(merge('\n    make install\n\ntext', 'new')).toBe('    make install\n\ntext\n\nnew');
  });

  it('can contain what String.replace would expand', () => {
    expect(merge(markedText('old'), "$& $1 $$ $'")).toBe("$& $1 $$ $'");
  });

  it.each([
    ['beside each other', 'x'.repeat(100_000)],
    ['around the old text of the action', `${'x'.repeat(100_000)}\n\n${markedText('old')}`],
  ])('is left out if both together are too long: %s', (_, existing) => {
    const { body, how } = mergeText(existing, 'y'.repeat(50_000), 'append');
    // The texts are too long for the message of a failed test.
    expect(body === existing).toBe(true);
    expect(how).toBe('was kept alone, because both together are longer than GitHub accepts');
  });

  it('has its markers as long as they fit into what GitHub accepts', () => {
    expect(markedText('y'.repeat(MAX_BODY_LENGTH - 200))).toContain('end of text');
    expect(markedText('y'.repeat(MAX_BODY_LENGTH))).toBe('y'.repeat(MAX_BODY_LENGTH));
  });

  const texts = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('a', 'b', '\n', '\r\n', ' ', '<!-- c -->'), { maxLength: 8 })
      .map((parts) => parts.join('')),
  );
  it('is the same after a second run, in any text', () => {
    fc.assert(
      fc.property(texts, texts, fc.constantFrom(...MODES), (existing, text, mode) => {
        const { body } = mergeText(existing, text, mode);
        expect(isSameText(mergeText(body, text, mode).body, body)).toBe(true);
      }),
    );
  });

  it('never loses a text of a person, unless body-mode is replace', () => {
    fc.assert(
      fc.property(
        texts,
        texts,
        texts,
        fc.constantFrom('append', 'prepend', 'keep'),
        (existing, first, second, mode) => {
          const { body } = mergeText(mergeText(existing, first, mode).body, second, mode);
          expect(visibleText(body)).toContain(visibleText(existing));
        },
      ),
    );
  });

  it('is the same text with and without markers', () => {
    fc.assert(fc.property(texts, (text) => expect(isSameText(markedText(text), text)).toBe(true)));
    expect(isSameText('a', 'b')).toBe(false);
  });
});
