import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommit, parseTree, splitMessage } from '../git/objects.ts';
import { isSafePath } from '../git/paths.ts';
import { FLUSH, parseReceiveRequest, pktLine, rejectReceive } from '../git/pktline.ts';
import { isPlainName } from '../git/repository.ts';

const ZERO = '0'.repeat(40);
const ONE = '1'.repeat(40);

describe('parseReceiveRequest', () => {
  it('reads the commands, the capabilities of the client and the offset of the pack', () => {
    const head = Buffer.concat([
      pktLine(`${ZERO} ${ONE} refs/heads/main\0report-status side-band-64k agent=git/2`),
      pktLine(`${ONE} ${ZERO} refs/tags/v1.0.0$(touch pwned)\n`),
      FLUSH,
    ]);
    const request = parseReceiveRequest(Buffer.concat([head, Buffer.from('PACK')]));
    expect(request.commands).toEqual([
      { before: ZERO, after: ONE, ref: 'refs/heads/main' },
      { before: ONE, after: ZERO, ref: 'refs/tags/v1.0.0$(touch pwned)' },
    ]);
    expect([...request.capabilities]).toContain('side-band-64k');
    expect(request.packOffset).toBe(head.length);
  });

  it.each(['', '0', 'zzzz', '0003', 'ffff', '0008hell', pktLine('nonsense').toString()])('rejects "%s"', (text) => {
    expect(() => parseReceiveRequest(Buffer.from(text))).toThrow();
  });

  it('never reads past its input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(parseReceiveRequest(Buffer.from(bytes)).packOffset).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

it('a rejection reports every ref, and shows a message if the client can receive one', () => {
  const request = { commands: [{ before: ZERO, after: ONE, ref: 'refs/heads/a' }], packOffset: 0 };
  const plain = rejectReceive({ ...request, capabilities: new Set() }, { message: 'why', reason: 'no' }).toString();
  expect(plain).toBe('000eunpack ok\n0017ng refs/heads/a no\n0000');
  const banded = rejectReceive(
    { ...request, capabilities: new Set(['side-band-64k']) },
    { message: 'why', reason: 'no' },
  ).toString();
  expect(banded).toContain('\u0002why');
  expect(banded).toContain(`\u0001${plain}`);
});

describe('parseCommit', () => {
  const text = [
    `tree ${ONE}`,
    `parent ${ZERO}`,
    'author Ann Other <ann@example.org> 1700000000 +0100',
    'committer GitHub <noreply@github.com> 1700000000 +0000',
    'gpgsig -----BEGIN SSH SIGNATURE-----',
    ' abc',
    ' -----END SSH SIGNATURE-----',
    '',
    'feat: one',
    '',
    'body',
    '',
  ].join('\n');

  it('reads people, times, parents and message', () => {
    expect(parseCommit(ONE, Buffer.from(text))).toMatchObject({
      tree: ONE,
      parents: [ZERO],
      author: { name: 'Ann Other', email: 'ann@example.org', date: '2023-11-14T22:13:20Z' },
      message: 'feat: one\n\nbody',
    });
  });

  it('separates the signature from the signed payload', () => {
    const { signature } = parseCommit(ONE, Buffer.from(text));
    expect(signature?.text).toBe('-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----');
    expect(signature?.payload).toBe(text.replace(/gpgsig[\s\S]*END SSH SIGNATURE-----\n/, ''));
  });
});

it('parseTree reads modes, types and names with spaces', () => {
  const entry = (mode: string, name: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(ONE, 'hex')]);
  const tree = Buffer.concat([entry('100755', 'a b'), entry('40000', 'dir'), entry('160000', 'sub')]);
  expect(parseTree(tree).map(({ mode, type, name }) => [mode, type, name])).toEqual([
    ['100755', 'blob', 'a b'],
    ['040000', 'tree', 'dir'],
    ['160000', 'commit', 'sub'],
  ]);
});

it('splitMessage separates the headline from the body', () => {
  expect(splitMessage('one\n\ntwo\nthree\n')).toEqual({ headline: 'one', body: 'two\nthree' });
});

describe('isSafePath', () => {
  it.each([
    ['a/b.txt', true],
    ['.github/workflows/a.yml', true],
    ['', false],
    ['/a', false],
    ['a/', false],
    ['a//b', false],
    ['./a', false],
    ['a/../b', false],
    ['.git/config', false],
    ['a/.GIT/x', false],
    ['a/.git. /x', false],
    ['a/git~1', false],
    ['a\\b', false],
    ['a\0b', false],
  ])('%j: %s', (path, safe) => {
    expect(isSafePath(path)).toBe(safe);
  });
});

describe('isPlainName', () => {
  it.each([
    ['main', true],
    ['v1.0.0$(touch${IFS}pwned)', true],
    ['a..b', false],
    ['a^', false],
    ['a~1', false],
    ['a:b', false],
    ['@{-1}', false],
    ['--all', false],
    ['a b', false],
    ['', false],
  ])('%j: %s', (name, free) => {
    expect(isPlainName(name)).toBe(free);
  });
});
