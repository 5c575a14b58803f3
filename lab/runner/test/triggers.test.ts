import { describe, expect, it } from '@jest/globals';
import { matchesPatterns, matchesTrigger } from '../triggers.ts';

const main = { event: 'push', ref: 'refs/heads/main' };
const tag = { event: 'push', ref: 'refs/tags/v1.0.0' };
const opened = { event: 'pull_request', ref: 'refs/heads/main', action: 'opened' };

describe('startsOn', () => {
  it.each([
    ['a bare event', 'push', main, true],
    ['a list of events', ['push', 'release'], main, true],
    ['another event', 'release', main, false],
    ['an event without filters', { push: null }, tag, true],
    ['its branch', { push: { branches: ['main'] } }, main, true],
    ['a single branch instead of a list', { push: { branches: 'main' } }, main, true],
    ['another branch', { push: { branches: ['dev'] } }, main, false],
    ['a tag when only branches are listed', { push: { branches: ['main'] } }, tag, false],
    ['a branch when only tags are listed', { push: { tags: ['v*'] } }, main, false],
    ['a tag that matches the pattern', { push: { tags: ['v*.*.*'] } }, tag, true],
    ['a tag that does not match the pattern', { push: { tags: ['v*.*.*'] } }, { ...tag, ref: 'refs/tags/v1' }, false],
    ['an ignored branch', { push: { 'branches-ignore': ['main'] } }, main, false],
    ['a branch that is not ignored', { push: { 'branches-ignore': ['dev'] } }, main, true],
    ['an opened pull request', { pull_request: { branches: ['main'] } }, opened, true],
    ['a closed pull request', { pull_request: null }, { ...opened, action: 'closed' }, false],
    [
      'a closed pull request when its type is listed',
      { pull_request: { types: ['closed'] } },
      { ...opened, action: 'closed' },
      true,
    ],
    ['a pull request into another branch', { pull_request: { branches: ['dev'] } }, opened, false],
    ['no events', undefined, main, false],
  ])('%s', (_, on, trigger, expected) => {
    expect(matchesTrigger(on, trigger)).toBe(expected);
  });
});

describe('filter patterns', () => {
  it.each([
    [['*'], 'main', true],
    [['*'], 'feature/x', false],
    [['**'], 'feature/x', true],
    [['feature/*'], 'feature/x', true],
    [['releases/**-alpha'], 'releases/1/2-alpha', true],
    [['v[12].[0-9]+.[0-9]+'], 'v1.10.0', true],
    [['v[12].[0-9]+.[0-9]+'], 'v3.0.0', false],
    [['v1.0.0'], 'v1x0x0', false],
    [['v*', '!v1.0.0'], 'v1.0.0', false],
    [['!v1.0.0', 'v*'], 'v1.0.0', true],
    [['v*.*.*'], 'v1.0.0$(id)', true],
  ])('%j on %s: %s', (patterns, name, expected) => {
    expect(matchesPatterns(patterns, name)).toBe(expected);
  });
});
