import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchesPattern, unenforceable, violationMessage } from '../refs/rules.ts';

describe('matchesPattern', () => {
  it.each([
    ['refs/heads/main', 'refs/heads/main', true],
    ['refs/heads/main', 'refs/heads/maintenance', false],
    ['refs/heads/release/*', 'refs/heads/release/1.0', true],
    ['refs/heads/release/*', 'refs/heads/release/1/0', false],
    ['refs/heads/**/*', 'refs/heads/a/b/c', true],
    ['refs/heads/**/*', 'refs/heads/a', true],
    ['refs/heads/release/**', 'refs/heads/release/1/0', true],
    ['refs/tags/v*.*.*', 'refs/tags/v1.2.3', true],
    ['refs/tags/v*.*.*', 'refs/tags/v1', false],
    ['refs/tags/v?', 'refs/tags/v1', true],
    ['refs/tags/v?', 'refs/tags/v10', false],
    ['refs/heads/a.c', 'refs/heads/abc', false],
    ['refs/heads/a+(b)', 'refs/heads/a+(b)', true],
  ])('%s on %s: %s', (pattern, ref, matches) => {
    expect(matchesPattern(pattern, ref)).toBe(matches);
  });

  it('matches only itself when it has no wildcards', () => {
    const name = fc.stringMatching(/^[a-z.+()[\]{}|^$/-]{1,20}$/);
    fc.assert(
      fc.property(name, name, (pattern, ref) => {
        expect(matchesPattern(pattern, ref)).toBe(pattern === ref);
      }),
    );
  });
});

describe('unenforceable', () => {
  it.each([
    [{ type: 'deletion' }, false],
    [{ type: 'pull_request' }, false],
    [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }, true],
    [{ type: 'required_status_checks', parameters: { strict_required_status_checks_policy: true } }, true],
    [{ type: 'required_deployments' }, true],
  ])('%j: %s', (rule, expected) => {
    expect(unenforceable(rule) !== undefined).toBe(expected);
  });
});

it('a violation has the wording of GitHub', () => {
  expect(violationMessage(['One.', 'Two.'])).toBe('Repository rule violations found\n\nOne.\n\nTwo.\n\n');
});
