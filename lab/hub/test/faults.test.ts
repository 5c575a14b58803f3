import { describe, expect, it } from '@jest/globals';
import { Faults } from '../http/faults.ts';

const target = { method: 'POST', path: '/api/v3/repos/a/b/releases', operation: 'repos/create-release' };

describe('Faults', () => {
  it.each([
    [{}, true],
    [{ method: 'post' }, true],
    [{ method: 'GET' }, false],
    [{ path: 'releases$' }, true],
    [{ path: '^/releases' }, false],
    [{ operation: 'repos/create-release' }, true],
    [{ operation: 'graphql' }, false],
    [{ method: 'POST', operation: 'graphql' }, false],
  ])('with the match %j occur: %s', (match, occurs) => {
    const faults = new Faults();
    faults.add({ match, fault: 'reset' });
    expect(faults.take(target)).toBe(occurs ? 'reset' : undefined);
  });

  it('let the first requests pass, then occur as often as requested', () => {
    const faults = new Faults();
    faults.add({ match: {}, after: 1, times: 2, fault: { status: 503 } });
    const met = Array.from({ length: 5 }, () => faults.take(target) !== undefined);
    expect(met).toEqual([false, true, true, false, false]);
    expect(faults.list()[0]).toMatchObject({ seen: 5, met: 2 });
  });

  it('continue with the next one when the first is used up', () => {
    const faults = new Faults();
    faults.add({ match: {}, times: 1, fault: 'reset' });
    faults.add({ match: {}, times: 1, fault: 'lost-response' });
    expect([faults.take(target), faults.take(target), faults.take(target)]).toEqual([
      'reset',
      'lost-response',
      undefined,
    ]);
  });

  it('do not redirect a request that follows a redirect', () => {
    const faults = new Faults();
    faults.add({ match: {}, fault: 'redirect' });
    expect(faults.take(target)).toBe('redirect');
    expect(faults.take({ ...target, redirected: true })).toBeUndefined();
  });

  it('are rejected when their path is not a regular expression', () => {
    expect(() => new Faults().add({ match: { path: '(' }, fault: 'reset' })).toThrow(SyntaxError);
  });
});
