import { expect, it } from '@jest/globals';
import { chartsIn, imagesIn, parsePinned, parseRollback, versionIn } from '../../src/rollback/trailers.ts';
import { digest } from './scene.ts';

it.each([
  ['Rolled-Back: helm/shop 1.4.2 (now 1.4.1)', { path: 'helm/shop', was: '1.4.2', now: '1.4.1' }],
  ['Rolled-Back: helm/odd $(path) x 1.4.2 (now unset)', { path: 'helm/odd $(path) x', was: '1.4.2', now: 'unset' }],
  [
    'Rolled-Back: a/values.yaml r.io:5000/web (now :1.0.0)',
    { path: 'a/values.yaml', was: 'r.io:5000/web', now: ':1.0.0' },
  ],
  ['Rolled-Back: helm/shop', undefined],
  [' Rolled-Back: helm/shop 1.4.2 (now 1.4.1)', undefined],
])('the trailer %j is read', (line, expected) => {
  for (const end of ['\n', '\r\n']) {
    const message = ['subject', '', 'Rollback-To: abc', line, 'Workflow-Run: x'].join(end);
    expect(parseRollback(message)).toEqual({ to: 'abc', lines: expected === undefined ? [] : [expected] });
  }
});

it('a message without Rollback-To is not one of a rollback', () => {
  expect(parseRollback('x\n\nRolled-Back: helm/shop 1.4.2 (now 1.4.1)')).toBeUndefined();
});

it('the trailers of a release are read', () => {
  const message = `x\n\nChart-Version: helm/my shop 1.4.2 (was 1.4.1)\nChart-Version: helm/api 2.0.0\nImage: r.io:5000/web:1.4.2@${digest('x')} (was unset)\nImage: nginx:1 (was :0)`;
  expect(chartsIn(message)).toEqual(['helm/my shop', 'helm/api']);
  expect(versionIn(message, 'helm/api')).toBe('2.0.0');
  expect(versionIn(message, 'helm/other')).toBeUndefined();
  expect(imagesIn(message)).toMatchObject([
    { repository: 'r.io:5000/web', tag: '1.4.2', digest: digest('x') },
    { repository: 'nginx', tag: '1', digest: undefined },
  ]);
});

it.each([
  [':1.4.1', '1.4.1', undefined],
  [`@${digest('x')}`, undefined, digest('x')],
  [`:1.4.1@${digest('x')}`, '1.4.1', digest('x')],
  ['unset', undefined, undefined],
])('the pin %s is read', (text, tag, pinned) => {
  expect(parsePinned(text)).toEqual({ tag, digest: pinned });
});
