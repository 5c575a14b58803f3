import { describe, expect, it } from '@jest/globals';
import { makeDecision } from '../../src/history/decision.ts';
import type { Tag } from '../../src/history/history.ts';
import { moveMajorTag } from '../../src/history/move-major-tag.ts';
import { collectLog } from '../collect-log.ts';
import { serverError } from '../fake-calls.ts';
import { FakeHistory, linearTags, sha } from '../fake-history.ts';
import { failure } from '../publishing.ts';
import { settings } from './settings.ts';

collectLog();

const moveIn = async (history: FakeHistory, inputs: Record<string, string> = {}, commit?: string) => {
  const given = await settings(inputs);
  const decision = await makeDecision(given, history);
  return moveMajorTag(given.tag, { ...decision, ...(commit === undefined ? {} : { commit: sha(commit) }) }, history);
};
const move = async (tag: string, commit: string, tags: Tag[], inputs: Record<string, string> = {}) => {
  const history = new FakeHistory(tags);
  const major = await moveIn(history, { tag, ...inputs }, commit);
  return { major, setTagCalls: history.setTagCalls };
};

describe('moveMajorTag', () => {
  it('does not move the tag with prerelease: true, whatever the tag', async () => {
    const tags = linearTags('v1', 'v1.1.0');
    expect(await move('v1.1.0', 'b', tags, { prerelease: 'true' })).toEqual({ major: undefined, setTagCalls: [] });
  });

  it('creates the tag, moves it, or does nothing if it already points to the release', async () => {
    expect(await move('v1.1.0', 'a', linearTags('v1.1.0'))).toEqual({
      major: 'v1',
      setTagCalls: [['v1', sha('a'), false]],
    });
    expect(await move('v1.1.0', 'b', linearTags('v1', 'v1.1.0'))).toEqual({
      major: 'v1',
      setTagCalls: [['v1', sha('b'), true]],
    });
    expect(await move('v1.1.0', 'a', linearTags('v1', 'v1.1.0'))).toEqual({ major: 'v1', setTagCalls: [] });
  });

  it('moves the tag of a component, whatever the versions of others', async () => {
    const tags = linearTags('web-v1', 'web-v1.1.0', 'api-v1.9.0', 'v1.9.0');
    expect(await move('web-v1.1.0', 'b', tags)).toEqual({ major: 'web-v1', setTagCalls: [['web-v1', sha('b'), true]] });
  });

  it('reads the tags again: an older release that took longer does not move it back', async () => {
    const history = new FakeHistory(linearTags('v1', 'v1.1.0'));
    history.calls.beforeCall = (method) => {
      if (method === 'tagsWithPrefix') history.all.set('v1.2.0', sha('c'));
    };
    expect(await moveIn(history)).toBeUndefined();
    expect(history.setTagCalls).toEqual([]);
  });

  it('moves it although the list does not show the tag of the release yet', async () => {
    const history = new FakeHistory(linearTags('v1', 'v1.1.0'));
    history.tagsWithPrefix = async () => [];
    expect(await moveIn(history)).toBe('v1');
  });

  it.each([
    ['at the same commit', 'a', 1],
    ['at another commit', 'f', 2],
  ])('accepts a tag that a concurrent run created first, %s', async (_title, otherCommit, count) => {
    const history = new FakeHistory(linearTags('v1.1.0'));
    history.calls.injectFailure = (method, number, when) => {
      if (method !== 'setTag' || number > 1 || when === 'after') return undefined;
      history.all.set('v1', sha(otherCommit));
      return serverError(422, 'Reference already exists');
    };
    expect(await moveIn(history)).toBe('v1');
    expect(history.all.get('v1')).toBe(sha('a'));
    expect(history.calls.count('setTag')).toBe(count);
  });

  it('gives up after five attempts', async () => {
    const history = new FakeHistory(linearTags('v1.1.0'));
    history.calls.injectFailure = (method) =>
      method === 'setTag' ? serverError(422, 'Reference already exists') : undefined;
    expect(await failure(moveIn(history))).toMatchObject({ what: 'moving the tag v1 failed' });
    expect(history.calls.count('setTag')).toBe(5);
  });

  it('names what failed', async () => {
    const history = new FakeHistory(linearTags('v1.1.0'));
    history.calls.injectFailure = (method) => (method === 'tagsWithPrefix' ? serverError(500, 'no') : undefined);
    expect((await failure(moveIn(history))).what).toBe('listing the tags of v1 failed');
  });

  it('never moves the tag back or to a pre-release', async () => {
    expect(await move('v1.1.0', 'a', linearTags('v1.1.0', 'v1.2.0', 'v1'))).toEqual({
      major: undefined,
      setTagCalls: [],
    });
    expect(await move('v1.1.0-rc.1', 'a', linearTags('v1.1.0-rc.1', 'v1'))).toEqual({
      major: undefined,
      setTagCalls: [],
    });
  });

  it('does nothing for a tag that is not a version', async () => {
    expect(await move('nightly', 'a', linearTags('nightly'))).toEqual({ major: undefined, setTagCalls: [] });
  });
});
