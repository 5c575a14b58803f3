import { expect, it } from '@jest/globals';
import { parsePinned, parseRollback } from '../../src/rollback/trailers.ts';
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

it.each([
  [':1.4.1', '1.4.1', undefined],
  [`@${digest('x')}`, undefined, digest('x')],
  [`:1.4.1@${digest('x')}`, '1.4.1', digest('x')],
  ['unset', undefined, undefined],
])('the pin %s is read', (text, tag, pinned) => {
  expect(parsePinned(text)).toEqual({ tag, digest: pinned });
});
