import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { problemsOf, useWorkspace, workspace } from './read-inputs.ts';

useWorkspace();

describe('the rules for tags', () => {
  const onTag = (tag: string) => ({ GITHUB_REF: `refs/tags/${tag}` });

  it.each(['latest', 'v1', 'v1.0', '1.2.3.4', 'v1.0.0$(touch pwned)', 'vv1.0.0'])(
    'that need a version are rejected when the pushed tag is %s, with all other problems',
    async (tag) => {
      const found = await problemsOf({ tags: 'sha\nsemver-minor', push: 'perhaps' }, onTag(tag));
      expect(found.map(({ input }) => input)).toEqual(['push', 'tags']);
      expect(found[1]?.problem).toMatch(/^has the rule semver-minor, but the pushed tag is not a version: /);
      expect(await problemsOf({ tags: 'sha' }, onTag(tag))).toEqual([]);
    },
  );

  it('are rejected when the version is too long for a tag', async () => {
    const tag = `v1.0.0-${'b'.repeat(140)}`;
    expect((await problemsOf({ tags: 'sha\nsemver' }, onTag(tag)))[0]).toMatchObject({
      input: 'tags',
      problem: expect.stringMatching(/146 characters.*at most 128/),
    });
    expect(await problemsOf({ tags: 'sha' }, onTag(tag))).toEqual([]);
    expect(await problemsOf({ tags: 'semver' }, onTag(`v1.0.0-${'b'.repeat(122)}`))).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['semver\nbranch', 'refs/pull/7/merge', 'semver: no tag was pushed; branch: no branch was pushed'],
    ['latest', 'refs/tags/nightly', 'latest: neither a version nor a branch was pushed'],
    ['semver-minor', 'refs/tags/v1.5.0-rc.1', 'semver-minor: 1.5.0-rc.1 is a pre-release'],
    ['latest', 'refs/heads/feature', 'latest: feature is not the default branch'],
  ])('must give a tag when something is pushed: not %j for %s', async (tags, ref, reasons) => {
    const event = join(workspace, 'event.json');
    writeFileSync(event, JSON.stringify({ repository: { default_branch: 'main' } }));
    const env = { GITHUB_REF: ref, GITHUB_EVENT_PATH: event };
    const found = await problemsOf({ tags, 'dry-run': 'perhaps' }, env);
    expect(found.map(({ input }) => input)).toEqual(['tags', 'dry-run']);
    expect(found[0]?.problem).toBe(`has no rule that gives a tag in this run, for ${ref} (${reasons})`);
    expect(await problemsOf({ tags, push: 'false' }, env)).toEqual([]);
    expect(await problemsOf({ tags: `${tags}\nsha` }, env)).toEqual([]);
  });

  it('that are invalid are reported once', async () => {
    const found = await problemsOf({ tags: 'semver\nbogus' }, { GITHUB_REF: 'refs/heads/main' });
    expect(found.map(({ input }) => input)).toEqual(['tags (line 2)']);
  });
});
