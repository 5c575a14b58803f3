import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { IMAGES, RELEASE, TestRepository, useHub } from './scene.ts';

useHub();

describe('errors of bump-chart-version give advice', () => {
  it.each<[string, (repository: TestRepository) => Record<string, string>, string[]]>([
    [
      'a token that may only read',
      (r) => ({ token: r.jobToken({ contents: 'read' }) }),
      ['was refused', 'contents: write'],
    ],
    ['an invalid token', () => ({ token: 'ghs_nobody' }), ['the token is not valid']],
    ['an unknown repository', () => ({ repository: 'acme/nope' }), ['acme/nope', 'inputs repository and branch']],
    ['an unknown branch', () => ({ branch: 'nope' }), ['the branch nope was not found']],
    ['an unknown chart', () => ({ charts: 'helm/shap' }), ['helm/shap/Chart.yaml is missing', 'helm/ contains: shop/']],
    [
      'a directory without Chart.yaml',
      () => ({ charts: 'helm' }),
      ['helm/Chart.yaml is missing; helm/ contains: shop/'],
    ],
    ['a link', () => ({ 'values-files': 'link.yaml' }), ['helm/shop/link.yaml is a symbolic link']],
    [
      'bytes that are not UTF-8',
      () => ({ 'values-files': 'latin1.yaml' }),
      ['helm/shop/latin1.yaml cannot be changed', 'it is not UTF-8'],
    ],
    [
      'an image that no mapping names',
      () => ({ images: IMAGES.replaceAll('shop/web', 'shop/other') }),
      ['nothing names the image r.example/shop/other', 'web.image is r.example/shop/web'],
    ],
  ])('for %s', async (_, inputs, words) => {
    const repository = await TestRepository.create();
    symlinkSync('values.yaml', join(repository.directory, 'helm/shop/link.yaml'));
    await repository.push({ 'helm/shop/latin1.yaml': Uint8Array.of(0x61, 0x3a, 0x20, 0xe9, 0x0a) }, 'feat: more');
    const result = await repository.step({ ...RELEASE, ...inputs(repository) });
    expect(result.exitCode).toBe(1);
    for (const word of words) expect(result.log).toContain(word);
    expect(result.log).not.toMatch(/^\s+at /m);
    expect(await repository.log()).toHaveLength(2);
  });
});
