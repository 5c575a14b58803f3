import { describe, expect, it } from '@jest/globals';
import type { Tag } from '../../src/history/history.ts';
import { findNextVersion } from '../../src/history/next-release.ts';
import { serverError } from '../fake-calls.ts';
import { FakeHistory, linearTags, sha } from '../fake-history.ts';
import { failure } from '../publishing.ts';
import { settings } from './settings.ts';

const ENV = { GITHUB_SHA: sha('f') };

const next = async (inputs: Record<string, string>, history: FakeHistory | Tag[], env: Record<string, string> = ENV) =>
  findNextVersion(
    await settings({ tag: '', 'dry-run': 'true', ...inputs }),
    {
      history: Array.isArray(history) ? new FakeHistory(history) : history,
      labelsOf: async () => new Map(),
    },
    env,
  );
/** The base and the head of the listed commits. */
const rangeOf = async (inputs: Record<string, string>, tags: Tag[]) => {
  const history = new FakeHistory(tags);
  const ranges: unknown[] = [];
  history.commits = async (...range) => {
    ranges.push(range);
    return { commits: [], complete: true, total: undefined };
  };
  await next(inputs, history);
  return ranges;
};

describe('the next version', () => {
  it.each<[string, Record<string, string>, Tag[], unknown]>([
    ['the last stable version', {}, linearTags('v1.0.0', 'v1.1.0', 'v1.2.0-rc.1'), sha('b')],
    ['nothing without versions', {}, linearTags('nightly', 'v1'), undefined],
    ['the last version with the prefix', { 'tag-prefix': 'web-' }, linearTags('web-v1.0.0', 'v9.0.0'), sha('a')],
  ])('follows from the commits since %s', async (_, inputs, tags, base) => {
    expect(await rangeOf(inputs, tags)).toEqual([[base, sha('f')]]);
  });

  it.each<[Record<string, string>, Record<string, string>, unknown]>([
    [{}, ENV, sha('f')],
    [{ target: 'main' }, ENV, sha('d')],
    [{ target: sha('c') }, ENV, sha('c')],
  ])('is for the target, or for the commit of the run: %j', async (inputs, env, target) => {
    const history = new FakeHistory(linearTags('v1.0.0'));
    history.branches.set('main', sha('d'));
    expect((await next(inputs, history, env)).settings?.target).toBe(target);
  });

  it.each<[string, Record<string, string>, Tag[], RegExp]>([
    ['the v of the last tag', {}, linearTags('v1.0.0'), /^v\d+\.\d+\.\d+$/],
    ['no v if the last tag has none', {}, linearTags('1.0.0'), /^\d+\.\d+\.\d+$/],
    ['the prefix', { 'tag-prefix': 'web-' }, linearTags('web-1.0.0'), /^web-\d+\.\d+\.\d+$/],
  ])('becomes a tag with %s', async (_, inputs, tags, tag) => {
    const { version, settings: found } = await next(inputs, tags);
    expect(found?.tag).toMatch(tag);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(found?.tag.endsWith(version ?? 'no version')).toBe(true);
  });

  it('does not replace a tag that the step has', async () => {
    const { settings: found } = await next({ tag: 'v9.0.0' }, linearTags('v1.0.0'));
    expect(found).toMatchObject({ tag: 'v9.0.0', target: undefined });
    const { settings: existing } = await next({ tag: 'v1.0.0' }, linearTags('v1.0.0'));
    expect(existing?.tag).toBe('v1.0.0');
  });

  it('is for the commit of a tag that exists', async () => {
    expect(await rangeOf({ tag: 'v1.1.0' }, linearTags('v1.0.0', 'v1.1.0', 'v0.9.0'))).toEqual([[sha('a'), sha('b')]]);
  });

  it('does not exist if the target does not', async () => {
    const error = await failure(next({ target: 'nowhere' }, linearTags('v1.0.0')));
    expect(error).toMatchObject({
      what: 'the target nowhere does not exist',
      next: expect.stringContaining('`target`'),
    });
  });

  it.each(['overview', 'compare', 'commits'] as const)('names what failed: %s', async (failed) => {
    const history = new FakeHistory(linearTags('v1.0.0'));
    history.calls.injectFailure = (method) => (method === failed ? serverError(403, 'no') : undefined);
    expect((await failure(next({}, history))).what).toMatch(/^(?:reading|comparing|listing) /);
  });
});
