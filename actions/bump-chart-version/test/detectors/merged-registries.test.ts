import { describe, expect, it } from '@jest/globals';
import { makePlan } from '../../src/plan/plan.ts';
import { filesOf, image, newText, settings } from '../helpers.ts';
import { newFile, oldFile, REPOSITORY } from './shapes.ts';

async function planOf(files: Record<string, string>) {
  const request = await settings({
    charts: 'a\nb',
    version: 'none',
    images: image(REPOSITORY),
    'values-files': 'values.yaml\nprod.yaml\ndev.yaml\nenv/prod.yaml',
  });
  return makePlan(
    request,
    filesOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, oldFile(text)]))),
  );
}

const NAMED = 'web: {repository: ghcr.io/acme/web, tag: "%T"}\n';
const SHORT = 'web: {repository: acme/web, tag: "%T"}\n';
const REGISTRY = 'global: {imageRegistry: ghcr.io}\n';

describe('a registry in another values file of the chart', () => {
  it.each<[string, Record<string, string>]>([
    ['counts although another chart names the image', { 'b/values.yaml': NAMED }],
    ['counts for a tag in a third file', { 'a/dev.yaml': 'web: {tag: "%T"}\n' }],
    ['counts for a tag outside of the charts', { 'env/prod.yaml': 'web: {tag: "%T"}\n' }],
  ])('%s', async (_title, more) => {
    const files = { 'a/values.yaml': SHORT, 'a/prod.yaml': REGISTRY, ...more };
    const plan = await planOf(files);
    for (const path of ['a/values.yaml', ...Object.keys(more)])
      expect(newText(plan, path)).toBe(newFile(files[path as keyof typeof files]));
  });

  it.each<[string, string, Record<string, string>]>([
    ['the chart', 'a/dev.yaml', { 'a/dev.yaml': `other: {image: "ghcr.io/acme/web:%T"}\n` }],
    ['a file outside of the charts', 'env/prod.yaml', { 'env/prod.yaml': `other: {image: "ghcr.io/acme/web:%T"}\n` }],
  ])('is a warning where another place of %s names the image', async (_title, changed, more) => {
    const plan = await planOf({ 'a/values.yaml': SHORT, 'a/prod.yaml': REGISTRY, ...more });
    expect(plan.files.map(({ path }) => path)).toEqual([changed]);
    expect(plan.warnings).toContain(
      'a/values.yaml:1: web is acme/web, or ghcr.io/acme/web with the registry in another values file, and is not changed; write its registry beside it',
    );
  });
});
