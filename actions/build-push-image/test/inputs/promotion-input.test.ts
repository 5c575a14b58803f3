import { describe, expect, it } from '@jest/globals';
import { problemsOf, read, useWorkspace } from './read-inputs.ts';

useWorkspace();

const DIGEST = `sha256:${'a'.repeat(64)}`;
const COMMIT = '1'.repeat(40);
const FROM = { 'promote-from': 'staging.example' };
const TWO = '[{ name: web, context: web }, { name: api, context: api }]';

describe('promotion', () => {
  it('needs no sources when nothing is built', async () => {
    const { images } = await read({ ...FROM, promote: 'require', images: '{ name: web, context: nowhere }' });
    expect(images.map(({ name }) => String(name))).toEqual(['web']);
    expect(await problemsOf({ ...FROM, promote: 'verify', images: '{ name: web, context: nowhere }' })).toHaveLength(1);
  });

  it('takes a commit', async () => {
    expect((await read({ ...FROM, 'promote-commit': COMMIT })).promotion?.commit).toBe(COMMIT);
  });

  it.each<[string, Record<string, string>, [string, string][]]>([
    ['one digest', { 'promote-digest': DIGEST }, [['shop/web', DIGEST]]],
    [
      'the output digests',
      { images: TWO, 'promote-digest': JSON.stringify({ web: DIGEST, api: DIGEST, other: DIGEST }) },
      [
        ['web', DIGEST],
        ['api', DIGEST],
        ['other', DIGEST],
      ],
    ],
  ])('takes %s', async (_title, inputs, expected) => {
    expect([...((await read({ ...FROM, ...inputs })).promotion?.digests ?? [])]).toEqual(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ ...FROM, 'promote-commit': 'main' }, 'is not a full commit id'],
    [{ ...FROM, 'promote-digest': 'sha256:1' }, 'is not a digest'],
    [{ ...FROM, 'promote-digest': '[a]' }, 'is neither a digest nor a mapping'],
    [{ ...FROM, images: TWO, 'promote-digest': DIGEST }, 'is one digest for several images'],
    [{ ...FROM, images: TWO, 'promote-digest': `{ web: "${DIGEST}" }` }, 'has no digest for api'],
    [{ 'promote-commit': COMMIT }, 'is required with `promote-commit`'],
    [{ 'promote-digest': DIGEST }, 'is required with `promote-digest`'],
    [{ ...FROM, 'promote-commit': COMMIT, 'promote-digest': DIGEST }, 'both name what is promoted'],
  ])('%j is a problem', async (inputs, problem) => {
    expect((await problemsOf(inputs)).map((found) => found.problem).join('\n')).toContain(problem);
  });
});
