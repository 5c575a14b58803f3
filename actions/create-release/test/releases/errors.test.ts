import { describe, expect, it } from '@jest/globals';
import { ActionError, PermissionError } from '../../../lib/errors.ts';
import {
  explainReleaseError,
  isAlreadyExists,
  isPermanentRefusal,
  withExplanation,
} from '../../src/releases/errors.ts';
import { connectionReset, serverError } from '../fake-calls.ts';

const explain = (error: unknown, options?: { createsTag?: boolean }) =>
  explainReleaseError(error, 'publishing the release v1.0.0', options) as ActionError;

describe('a refusal with a known cause', () => {
  it.each<[string, string, string, boolean]>([
    ['tag_name was used by an immutable release', 'can never be released again', 'Release a new version.', true],
    ['Cannot upload assets to an immutable release.', 'its files and its tag have been locked', 'update: true', false],
    ['Repository rule violations found', 'a rule of the repository protects the tag', 'bypass list', true],
    ['Cannot create ref due to creations being restricted.', 'protects the tag', 'bypass list', true],
    ['Cannot update this protected ref.', 'protects the tag', 'bypass list', true],
    ['target_commitish is invalid', 'does not accept the commit', '`target`', false],
    ['Published releases must have a valid tag', 'the tag no longer exists', 'Push the tag again', false],
  ])('says why and what to do: %s', (message, why, next, isPermanent) => {
    const error = serverError(422, message);
    const explained = explain(error);
    expect(explained.what).toBe('publishing the release v1.0.0 was refused');
    expect(explained.why).toContain(why);
    expect(explained.why).toContain(message);
    expect(explained.next).toContain(next);
    expect(explained.cause).toBe(error);
    expect(isPermanentRefusal(error)).toBe(isPermanent);
  });

  it('is found in the details of a response too', () => {
    const error = serverError(422, 'Validation Failed', [{ message: 'tag_name was used by an immutable release' }]);
    expect(isPermanentRefusal(error)).toBe(true);
  });

  it.each([403, 404, 500])('is not looked for in a response with the status %i', (status) => {
    expect(isPermanentRefusal(serverError(status, 'Repository rule violations found'))).toBe(false);
  });
});

describe('any other failure', () => {
  it('names the permission, and the workflow files only if the request would create the tag', () => {
    const error = serverError(403, 'Resource not accessible by integration');
    expect(explain(error)).toBeInstanceOf(PermissionError);
    expect(explain(error).next).not.toContain('.github/workflows');
    for (const status of [403, 404]) {
      const { next } = explain(serverError(status, 'no'), { createsTag: true });
      expect(next).toContain('permissions: { contents: write }');
      expect(next).toContain('.github/workflows');
      expect(next).toContain('workflows: write');
    }
  });

  it('does not name the workflow files for a rate limit, a lost connection or an error of this action', () => {
    const own = new ActionError({ what: 'a', why: 'b', next: 'c' });
    for (const error of [serverError(403, 'API rate limit exceeded'), connectionReset(), own])
      expect(explain(error, { createsTag: true }).next).not.toContain('.github/workflows');
    expect(explain(own)).toBe(own);
  });

  it('is returned unchanged if it is a bug', () => {
    const bug = new TypeError('x is not a function');
    expect(explain(bug)).toBe(bug);
  });

  it('is explained by withExplanation, which passes results on', async () => {
    expect(await withExplanation('reading', async () => 1)).toBe(1);
    const refused = withExplanation('reading', () => Promise.reject(serverError(401, 'Bad credentials')));
    await expect(refused).rejects.toMatchObject({ what: 'reading was refused' });
  });
});

describe('isAlreadyExists', () => {
  it.each([
    [serverError(422, 'Reference already exists'), true],
    [serverError(422, 'Validation Failed', [{ code: 'already_exists', field: 'tag_name' }]), true],
    [serverError(422, 'Validation Failed', [{ code: 'invalid' }]), false],
    [serverError(409, 'already exists'), false],
    [new Error('already exists'), false],
  ])('%j: %s', (error, expected) => expect(isAlreadyExists(error)).toBe(expected));
});
