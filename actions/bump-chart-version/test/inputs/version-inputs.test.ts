import { describe, expect, it } from '@jest/globals';
import { image, settings } from '../helpers.ts';

const onTag = (tag: string, inputs: Record<string, string> = {}) =>
  settings(inputs, { GITHUB_REF: `refs/tags/${tag}` });

describe('tag-prefix', () => {
  it.each([
    ['web/v1.4.2', 'web/'],
    ['web/1.4.2', 'web/'],
    ['web-1.4.2', 'web-'],
    ['web-v1.4.2', 'web-'],
    ['web-v1.4.2', 'web-v'],
    ['web@1.4.2', 'web@'],
    ['@acme/web@1.4.2', '@acme/web@'],
    ['apps/web/v1.4.2', 'apps/web'],
    ['release_1.4.2', 'release_'],
    ['web-v1.4.2', 'web'],
  ])('reads %s with %s', async (tag, prefix) => {
    expect(await onTag(tag, { 'tag-prefix': prefix })).toMatchObject({
      version: { kind: 'exact', version: { version: '1.4.2' } },
      appVersion: { kind: 'auto', tag: { version: '1.4.2' } },
    });
  });

  it.each([
    ['api-v1.4.2', 'web-', 'does not begin with the tag-prefix web-'],
    ['v1.4.2', 'web-', 'does not begin with the tag-prefix web-'],
    ['web-api-v1.4.2', 'web-', 'has no semantic version after the tag-prefix web-'],
    ['web--1.4.2', 'web-', 'has no semantic version after the tag-prefix web-'],
    ['web-1.4', 'web-', 'has no semantic version after the tag-prefix web-'],
  ])('refuses %s with %s', async (tag, prefix, problem) => {
    await expect(onTag(tag, { 'tag-prefix': prefix })).rejects.toThrow(
      `version is auto, and the pushed tag ${problem} (given: "${tag}"); start the workflow only for such tags`,
    );
  });

  it('does not matter on a branch', async () => {
    const { version, appVersion } = await settings({ 'tag-prefix': 'web/' }, { GITHUB_REF: 'refs/heads/web/v1.4.2' });
    expect([version, appVersion]).toEqual([
      { kind: 'level', level: 'patch' },
      { kind: 'auto', tag: undefined },
    ]);
  });

  it.each(['refs/tags/web/', 'web/*', 'a b', 'web^', 'a..b'])('rejects %j', async (prefix) => {
    await expect(settings({ 'tag-prefix': prefix })).rejects.toThrow('tag-prefix is not the beginning of a tag');
  });
});

describe('the tag of a component', () => {
  it.each([
    ['web-v1.4.2', { charts: 'helm/web' }],
    ['web/v1.4.2', { charts: 'charts/web' }],
    ['@acme/web@1.4.2', { charts: 'web' }],
    ['web-v1.4.2', { charts: 'helm/shop', images: image('ghcr.io/acme/web') }],
  ])('%s is the version of %j', async (tag, inputs) => {
    expect((await onTag(tag, inputs)).version).toMatchObject({ kind: 'exact', version: { version: '1.4.2' } });
  });

  it.each([
    ['web-v1.4.2', 'web-', { charts: 'helm/shop' }],
    ['web/v1.4.2', 'web/', { charts: 'helm/web\nhelm/api' }],
    ['@acme/web@1.4.2', '@acme/web@', { charts: 'helm/shop', images: image('ghcr.io/acme/api') }],
  ])('%s needs tag-prefix: %s for %j', async (tag, prefix, inputs) => {
    await expect(onTag(tag, inputs)).rejects.toThrow(`set tag-prefix: ${prefix} if it is`);
  });
});

it.each(['patch', 'follow', '2.0.0'])('with version: %s a tag may be without a version', async (version) => {
  const read = await onTag('nightly', { version, images: image('r.io/web') });
  expect(read.appVersion).toEqual({ kind: 'auto', tag: undefined });
});
