import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { problemsOf, read, useWorkspace, workspace } from './read-inputs.ts';

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

  const two = '[{ name: shop/web, context: web }, { name: shop/api, context: api }]';

  it('accept the tag of a component that is an image of the step', async () => {
    expect(await problemsOf({ images: two, tags: 'semver' }, onTag('web-v1.4.2'))).toEqual([]);
    expect(await problemsOf({ images: two, tags: 'semver' }, onTag('docs-v1.4.2'))).toEqual([
      expect.objectContaining({
        input: 'tags',
        problem:
          'has the rule semver, but the pushed tag is a version of docs, and no image has this name: "docs-v1.4.2"',
      }),
    ]);
  });

  it('must give a tag for an image of the step, also by `latest` alone', async () => {
    expect(await problemsOf({ images: two, tags: 'latest' }, onTag('docs-v1.4.2'))).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('latest: the pushed tag is a version of docs') }),
    ]);
    expect(await problemsOf({ images: two, tags: 'latest' }, onTag('api-v1.4.2'))).toEqual([]);
  });

  it('explain a version with leading zeros, and offer a pattern for it', async () => {
    const [problem] = await problemsOf({ tags: 'semver' }, onTag('2026.01.05'));
    expect(problem?.problem).toContain('not a semantic version, because a number in it begins with 0');
    const pattern = /`(match:[^`]+)`/.exec(problem?.advice ?? '')?.[1] ?? '';
    expect(await problemsOf({ tags: pattern }, onTag('2026.01.05'))).toEqual([]);
  });

  it('of one image take the place of those of the step', async () => {
    const images =
      '[{ name: web, context: web, tags: [sha, "raw:edge"], tag-suffix: -a }, { name: api, context: api }]';
    const { images: settings } = await read(
      { images, tags: 'branch', 'tag-suffix': '-b' },
      { GITHUB_REF: 'refs/heads/main' },
    );
    expect(settings.map(({ tags, affixes }) => [tags.map(({ kind }) => kind), affixes.tagSuffix])).toEqual([
      [['sha', 'raw'], '-a'],
      [['branch'], '-b'],
    ]);
  });

  it.each([
    ['match:^release-(\\d+)$', 'release-17', '17'],
    ['match:\\d+$', 'release-17', '17'],
    ['match:^v(.*)$', 'release-17', undefined],
  ])('find a part of the Git tag: %s in %s', async (rule, tag, expected) => {
    const { images } = await read({ tags: `sha\n${rule}` }, onTag(tag));
    const found = images[0]?.tags.find((item) => item.kind === 'match');
    expect(found?.kind === 'match' && found.find(tag)).toBe(expected);
  });

  it('with an invalid pattern are reported', async () => {
    expect(await problemsOf({ tags: 'sha\nmatch:(' })).toEqual([
      expect.objectContaining({ input: 'tags', problem: expect.stringContaining('has an invalid pattern') }),
    ]);
  });

  it('that are invalid are reported once', async () => {
    const found = await problemsOf({ tags: 'semver\nbogus' }, { GITHUB_REF: 'refs/heads/main' });
    expect(found.map(({ input }) => input)).toEqual(['tags (line 2)']);
  });
});
