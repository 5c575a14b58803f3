import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { root } from '../../../../scripts/build.ts';
import { api, Scene, textOf, useHub } from './scene.ts';

useHub();

const README = readFileSync(join(root, 'actions/create-release/README.md'), 'utf8');

/** The recipes of the README by what they say they do. */
function readRecipes(): Map<string, Record<string, string>> {
  const section = /^## Recipes\n([\s\S]*?)^## /m.exec(README)?.[1] ?? '';
  const blocks = section.matchAll(/^(?<title>\S[^\n]*(?:\n\S[^\n]*)*):\n\n```yaml\n(?<yaml>[\s\S]*?)```/gm);
  return new Map(
    [...blocks].map(({ groups }) => {
      const { with: inputs } = parse(groups?.yaml ?? '') as { with: Record<string, unknown> };
      const texts = Object.entries(inputs).map(([name, value]) => [name, String(value)]);
      return [groups?.title ?? '', Object.fromEntries(texts)];
    }),
  );
}

interface Recipe {
  /** What exists before the step, besides `v1.4.1` and, for most, the tag `v1.4.2`. */
  prepare?: (scene: Scene) => Promise<unknown>;
  /** The tag that triggers the run. */
  tag?: string;
  check: (scene: Scene, result: Awaited<ReturnType<Scene['run']>>) => Promise<void>;
}

const published = async (scene: Scene, tag: string) => (await api.repos.getReleaseByTag({ ...scene.where, tag })).data;
const names = (assets: readonly { name: string }[]): string[] => assets.map(({ name }) => name).sort();
const preview = (scene: Scene, tag: string) =>
  api.repos.createRelease({
    ...scene.where,
    tag_name: tag,
    name: 'The preview',
    body: 'By hand.',
    prerelease: true,
  });

const RECIPES: Readonly<Record<string, Recipe>> = {
  'Files with checksums, which users verify with `sha256sum --check --ignore-missing SHA256SUMS`': {
    check: async (scene) => {
      const release = await published(scene, 'v1.4.2');
      expect(names(release.assets)).toEqual(['SHA256SUMS', 'shop.tgz']);
    },
  },
  'Leave publishing to a person': {
    check: async (scene) => expect((await scene.only()).draft).toBe(true),
  },
  'Notes from conventional commits, below your own text': {
    check: async (scene) =>
      expect(textOf((await scene.only()).body)).toMatch(/^The announcement\n\n### Features\n\n- one more/),
  },
  'Notes from the changelog, where a person writes them': {
    prepare: async (scene) => {
      const text = '# Changelog\n\n## [1.4.2]\n\n- The one more thing.\n\n## [1.4.1]\n\n- old\n';
      const blob = await scene.git(['hash-object', '-w', '--stdin'], text);
      const tree = await scene.git(['mktree'], `100644 blob ${blob}\tCHANGELOG.md\n`);
      const parent = await scene.git(['rev-parse', 'refs/heads/main']);
      const commit = await scene.git(['commit-tree', tree, '-p', parent, '-m', 'docs: changelog']);
      await scene.git(['update-ref', 'refs/tags/v1.4.2', commit]);
    },
    check: async (scene) => expect(textOf((await scene.only()).body)).toBe('- The one more thing.'),
  },
  'Publish an action, and move `v1` to its highest version': {
    check: async (scene) => {
      const shas = await Promise.all(
        ['v1', 'v1.4.2'].map(
          async (tag) => (await api.git.getRef({ ...scene.where, ref: `tags/${tag}` })).data.object.sha,
        ),
      );
      expect(shas[0]).toBe(shas[1]);
    },
  },
  'Create the tag too (when the release is published)': {
    prepare: (scene) => scene.git(['update-ref', '-d', 'refs/tags/v1.4.2']),
    tag: '',
    check: async (scene) => expect((await published(scene, 'v1.4.2')).draft).toBe(false),
  },
  'Attach files to a release that a person published (`on: release`), and keep its title, its text and its marks': {
    prepare: (scene) => preview(scene, 'v1.4.2'),
    check: async (scene) => {
      const release = await scene.only();
      expect(release).toMatchObject({ name: 'The preview', body: 'By hand.', prerelease: true });
      expect(names(release.assets)).toEqual(['SHA256SUMS', 'shop-debug.tgz', 'shop.tgz']);
    },
  },
  'A nightly release, with the files of this night only': {
    prepare: async (scene) => {
      await scene.ref('tags/nightly', await scene.git(['rev-parse', 'refs/tags/v1.4.1']));
      await api.repos.createRelease({ ...scene.where, tag_name: 'nightly', prerelease: true });
    },
    check: async (scene) => {
      expect(names((await scene.only()).assets)).toEqual(['SHA256SUMS', 'shop-debug.tgz', 'shop.tgz']);
      const { data } = await api.git.getRef({ ...scene.where, ref: 'tags/nightly' });
      expect(data.object.sha).toBe(await scene.git(['rev-parse', 'refs/heads/main']));
    },
  },
  'Release a component of a monorepo whose tags have a form of their own': {
    prepare: async (scene) => {
      await scene.tag('web_1.0.0');
      await scene.tag('web_1.1.0');
    },
    tag: 'web_1.1.0',
    check: async (_scene, { outputs }) =>
      expect(outputs).toMatchObject({ 'previous-tag': 'web_1.0.0', latest: 'true' }),
  },
  'Show what would be released, on a branch': {
    tag: '',
    prepare: (scene) => scene.git(['update-ref', '-d', 'refs/tags/v1.4.2']),
    check: async (scene, { outputs }) => {
      expect(outputs).toMatchObject({ 'next-version': '1.5.0', 'previous-tag': 'v1.4.1' });
      expect(await scene.releases()).toEqual([]);
    },
  },
  'Put the notes above the text that is there, and a discussion beside the release': {
    prepare: (scene) => preview(scene, 'v1.4.2'),
    check: async (scene) => {
      const release = await scene.only();
      expect(textOf(release.body)).toMatch(/^\*\*Full Changelog\*\*[^\n]*\n+By hand\.$/);
      expect(release).toMatchObject({ prerelease: true, discussion_url: expect.stringContaining('/discussions/') });
    },
  },
};

describe('the README', () => {
  it.each([...readRecipes()])('is right about this recipe: %s', async (title, inputs) => {
    const recipe = RECIPES[title];
    if (recipe === undefined) throw new Error(`this recipe has no test: ${title}`);
    const scene = await Scene.create();
    await scene.tag('v1.4.1');
    const head = await scene.tag('v1.4.2', 'feat: one more');
    for (const directory of ['dist', 'docs']) await mkdir(join(scene.workspace, directory));
    await writeFile(join(scene.workspace, 'docs/announcement.md'), 'The announcement\n');
    for (const name of ['shop.tgz', 'shop-debug.tgz']) await scene.file(`dist/${name}`, name);
    await recipe.prepare?.(scene);
    const tag = recipe.tag ?? 'v1.4.2';
    const ref = tag === '' ? { GITHUB_REF: 'refs/heads/main' } : {};
    const result = await scene.run(tag, inputs, { env: { GITHUB_SHA: head, ...ref } });
    expect(result.ok).toBe(true);
    await recipe.check(scene, result);
  });

  it('has no test for a recipe that it does not have', () => {
    expect(Object.keys(RECIPES).sort()).toEqual([...readRecipes().keys()].sort());
  });
});
