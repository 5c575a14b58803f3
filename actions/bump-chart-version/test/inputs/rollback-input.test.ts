import { describe, expect, it } from '@jest/globals';
import { image, settings } from '../helpers.ts';

describe('rollback-to', () => {
  it.each([
    ['1.4.1', { kind: 'version', version: expect.objectContaining({ version: '1.4.1' }) }],
    ['v1.5.0-rc.1', { kind: 'version', version: expect.objectContaining({ version: '1.5.0-rc.1' }) }],
    ['0123456', { kind: 'commit', id: '0123456' }],
    ['ABCDEF0123', { kind: 'commit', id: 'abcdef0123' }],
    ['a'.repeat(40), { kind: 'commit', id: 'a'.repeat(40) }],
    ['none', undefined],
  ])('reads %s', async (text, expected) => {
    expect((await settings({ 'rollback-to': text })).rollbackTo).toEqual(expected);
  });

  it.each([
    ['main', 'is neither a version nor a commit (7 to 40 hex digits) (given: "main")'],
    ['012345', '(given: "012345")'],
    ['1.4', '(given: "1.4")'],
    ['', 'is empty: its expression has no value'],
  ])('refuses %j', async (text, problem) => {
    await expect(settings({ 'rollback-to': text })).rejects.toMatchObject({
      message: expect.stringContaining(problem),
    });
  });

  it.each([
    ['images', image('ghcr.io/acme/web')],
    ['values', 'a=1'],
    ['from', 'environments/staging/values.yaml'],
    ['version', '1.4.2'],
    ['version', 'patch'],
    ['app-version', '1.4.2'],
    ['mode', 'worktree'],
  ])('cannot be combined with %s: %s', async (input, value) => {
    await expect(settings({ 'rollback-to': '1.4.1', [input]: value })).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`${input}.*cannot be combined with rollback-to`)),
    });
  });

  it.each([
    { version: 'none' },
    { version: 'auto', 'app-version': 'none' },
    { 'allow-downgrade': 'true', mode: 'pull-request' },
  ])('can be combined with %j', async (inputs) => {
    expect(await settings({ 'rollback-to': '1.4.1', ...inputs })).toMatchObject({ rollbackTo: { kind: 'version' } });
  });
});
