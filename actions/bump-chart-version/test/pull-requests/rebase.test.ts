import { describe, expect, it } from '@jest/globals';
import { rebaseFiles } from '../../src/pull-requests/rebase.ts';
import { DIGEST, filesOf, OLD_DIGEST, textOf } from '../helpers.ts';

/** One file at the start of the proposal, in the proposal, in the newest base, and what comes out; `undefined` when it cannot be placed. */
type Row = [title: string, before: string, after: string, base: string, expected: string | undefined];

function rebase(path: string, [, before, after, base]: Row): string | undefined {
  const files = {
    before: filesOf({ [path]: before }),
    after: filesOf({ [path]: after }),
    base: filesOf({ [path]: base }),
  };
  const bytes = rebaseFiles(files)?.get(path);
  return bytes && textOf(bytes);
}

const two = (web: string, api: string): string => `web: {tag: ${web}} # first\napi: {tag: ${api}}\n`;
const list = (...items: string[]): string => items.map((item) => `- ${item}\n`).join('');
const item = (name: string, tag: string): string => `{name: ${name}, image: {tag: ${tag}}}`;
const flat = (web: string, api: string): string =>
  `webTag: ${web}\nwebDigest: d${web}\napiImageTag: ${api}\napiImageDigest: d${api}\n`;
const references = (web: string, api: string): string =>
  `images: {web: "r.io/web:${web}", api: "r.io/api:${api}@${DIGEST}"}\n`;
const pinned = (tag: string, digest: string): string => `image:\n  tag: ${tag}\n  digest: ${digest}\n`;

describe('a proposed value on a newer base', () => {
  it.each<Row>([
    ['stays beside another change', two('1', '1'), two('2', '1'), two('1', '3'), two('2', '3')],
    [
      'stays where comments and order have changed',
      two('1', '1'),
      two('2', '1'),
      '# new\napi: {tag: 1}\nweb: {tag: 1}\n',
      '# new\napi: {tag: 1}\nweb: {tag: 2}\n',
    ],
    [
      'is not a change when the base has it too',
      two('1.0.0', '1'),
      two('1.1.0', '1'),
      two('1.1.0', '2'),
      two('1.1.0', '2'),
    ],
    ['gives way to a newer version', two('1.0.0', '1'), two('1.1.0', '1'), two('1.2.0', '1'), two('1.2.0', '1')],
    ['replaces an older version', two('1.0.0', '1'), two('1.2.0', '1'), two('1.1.0', '1'), two('1.2.0', '1')],
    ['gives way to what has no order', two('sha-a', '1'), two('sha-b', '1'), two('sha-c', '1'), two('sha-c', '1')],
    ['gives way to its removal', two('1.0.0', '1'), two('1.1.0', '1'), 'api: {tag: 1}\n', 'api: {tag: 1}\n'],
    [
      'is given up together with its digest',
      pinned('1.0.0', 'a'),
      pinned('1.1.0', 'b'),
      pinned('1.2.0', 'c'),
      pinned('1.2.0', 'c'),
    ],
    [
      'is kept together with its digest',
      pinned('1.0.0', 'a'),
      pinned('1.2.0', 'b'),
      pinned('1.1.0', 'c'),
      pinned('1.2.0', 'b'),
    ],
    [
      'is not given up with that of another image in the mapping',
      flat('1.0.0', '1.0.0'),
      flat('1.1.0', '1.1.0'),
      flat('1.0.0', '1.2.0'),
      flat('1.1.0', '1.2.0'),
    ],
    [
      'is not kept with that of another image in the mapping',
      flat('1.0.0', '1.0.0'),
      flat('1.1.0', '1.1.0'),
      flat('1.0.5', '1.2.0'),
      flat('1.1.0', '1.2.0'),
    ],
    [
      'is not given up with another value of the mapping',
      'a: {tag: 1.0.0, replicas: 1}\n',
      'a: {tag: 1.1.0, replicas: 2}\n',
      'a: {tag: 1.2.0, replicas: 1}\n',
      'a: {tag: 1.2.0, replicas: 2}\n',
    ],
    [
      'is not given up with another reference of the mapping',
      references('1.0.0', '1.0.0'),
      references('1.1.0', '1.1.0'),
      references('1.0.5', '1.2.0'),
      references('1.1.0', '1.2.0'),
    ],
    [
      'is given up together with a digest in a key of any name',
      `a: {tag: 1.0.0, pinnedTo: ${OLD_DIGEST}}\n`,
      `a: {tag: 1.1.0, pinnedTo: ${DIGEST}}\n`,
      `a: {tag: 1.2.0, pinnedTo: ${OLD_DIGEST}}\n`,
      `a: {tag: 1.2.0, pinnedTo: ${OLD_DIGEST}}\n`,
    ],
    [
      'is given up together with the digest of kustomize',
      'images: [{name: w, newTag: 1.0.0, digest: a}]\n',
      'images: [{name: w, newTag: 1.1.0, digest: b}]\n',
      'images: [{name: w, newTag: 1.2.0, digest: a}]\n',
      'images: [{name: w, newTag: 1.2.0, digest: a}]\n',
    ],
    [
      'gives way to a reference to another repository',
      'image: r.io/web:1.0.0\n',
      'image: r.io/web:1.1.0\n',
      'image: r.io/new:1.0.5\n',
      'image: r.io/new:1.0.5\n',
    ],
    [
      'replaces an older version with a digest behind it',
      `tag: 1.0.0@${OLD_DIGEST}\n`,
      `tag: 1.1.0@${DIGEST}\n`,
      `tag: 1.0.5@${OLD_DIGEST}\n`,
      `tag: 1.1.0@${DIGEST}\n`,
    ],
    ['keeps its type', 'a: 5\nb: "5"\nc: x\n', 'a: 6\nb: "6"\nc: x\n', 'a: 5\nb: "5"\nc: y\n', 'a: 6\nb: "6"\nc: y\n'],
    [
      'can be a new key',
      'a: {b: 1}\nc: 1\n',
      'a: {b: 1, d: 2}\nc: 1\n',
      'a: {b: 1}\nc: 2\n',
      'a: {b: 1, d: 2}\nc: 2\n',
    ],
    [
      'follows its anchor',
      'a: &a x\nb: *a\nc: 1\n',
      'a: &a z\nb: *a\nc: 1\n',
      'a: &a x\nb: *a\nc: 2\n',
      'a: &a z\nb: *a\nc: 2\n',
    ],
    [
      'stays in its list item beside a change of another',
      list(item('web', '1'), item('api', '1')),
      list(item('web', '1'), item('api', '2')),
      list(item('web', '3'), item('api', '1')),
      list(item('web', '3'), item('api', '2')),
    ],
    [
      'is not placed in another list item',
      list(item('web', '1'), item('api', '1')),
      list(item('web', '1'), item('api', '2')),
      list(item('new', '1'), item('web', '1'), item('api', '1')),
      undefined,
    ],
    [
      'is not given up with another line of a block text',
      'a: |\n  web: 1.0.0\n  api: 1.0.0\n',
      'a: |\n  web: 1.1.0\n  api: 1.0.0\n',
      'a: |\n  web: 1.0.0\n  api: 1.2.0\n',
      undefined,
    ],
    ['is not placed in block text', 'a: |\n  x\nb: 1\n', 'a: |\n  y\nb: 1\n', 'a: |\n  x\nb: 2\n', undefined],
    ['is not placed below another kind of value', 'a: {b: 1}\n', 'a: {b: 2}\n', 'a: [1]\n', undefined],
    ['is not placed in one of several documents that have it', 'a: 1\n', 'a: 2\n', 'a: 1\n---\na: 1\n', undefined],
    ['is not placed in a file that is not YAML', 'a', 'a: [', 'b: [', undefined],
  ])('%s', (...row) => {
    expect(rebase('values.yaml', row)).toBe(row[4]);
  });
});

const chart = (version: string, appVersion = version, more = ''): string =>
  `name: shop\nversion: ${version}\nappVersion: ${appVersion}\n${more}`;

describe('a proposed chart version on a newer base', () => {
  it.each<Row>([
    [
      'is not a bump when the base has it too and nothing else is left',
      chart('1.0.0'),
      chart('1.0.1'),
      chart('1.0.1'),
      chart('1.0.1'),
    ],
    ['stays when it is higher', chart('1.0.0'), chart('1.1.0'), chart('1.0.1'), chart('1.1.0')],
    ['gives way when it is not a bump by a level', chart('1.0.0'), chart('1.4.2'), chart('1.5.0'), chart('1.5.0')],
    [
      'stays beside another change',
      chart('1.0.0'),
      chart('1.0.1'),
      chart('1.0.0', '1.0.0', 'x: y\n'),
      chart('1.0.1', '1.0.1', 'x: y\n'),
    ],
    [
      'leaves an appVersion of its own alone',
      chart('1.0.0', '7.0.0'),
      chart('1.0.1', '7.1.0'),
      chart('1.1.0', '7.0.0'),
      chart('1.1.0', '7.1.0'),
    ],
  ])('%s', (...row) => {
    expect(rebase('shop/Chart.yaml', row)).toBe(row[4]);
  });

  it.each([
    ['patch', '1.0.1', '1.0.1', '1.0.2'],
    ['minor', '1.1.0', '1.1.0', '1.2.0'],
    ['patch, with a v', 'v1.0.1', 'v1.0.1', 'v1.0.2'],
    ['patch, below a minor one', '1.0.1', '1.1.0', '1.1.1'],
  ])('is bumped again while it has other changes: %s', (_, proposed, reached, expected) => {
    const state = (version: string, tag: string) =>
      filesOf({ 'shop/Chart.yaml': chart(version), 'shop/values.yaml': `tag: ${tag}\n` });
    const rebased = rebaseFiles({
      before: state(proposed.startsWith('v') ? 'v1.0.0' : '1.0.0', 'a'),
      after: state(proposed, 'b'),
      base: state(reached, 'a'),
    });
    expect([...(rebased ?? [])].map(([, bytes]) => textOf(bytes))).toEqual([chart(expected), 'tag: b\n']);
  });
});

describe('a file that only one side has changed', () => {
  it('is taken from that side as it is', () => {
    const before = filesOf({ a: 'x: [', b: 'y' });
    const rebased = rebaseFiles({
      before,
      after: filesOf({ a: '1', b: 'y', c: 'new' }),
      base: filesOf({ a: 'x: [', b: '2' }),
    });
    expect([...(rebased ?? [])].map(([path, bytes]) => [path, textOf(bytes)])).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', 'new'],
    ]);
  });
});
