import { describe, expect, it } from '@jest/globals';
import { type ImageReference, parseImagesOutput } from '../../../lib/images/images-output.ts';
import { assertAllSet, imageOverlay } from '../../src/cases/set-images.ts';

const digest = `sha256:${'b'.repeat(64)}`;

function image(name: string, repository: string, tags: string[] = ['sha-1']): ImageReference {
  const parsed = parseImagesOutput([{ name, repository, digest, tags }]);
  if ('problem' in parsed || parsed.value[0] === undefined) throw new Error('no image');
  return parsed.value[0];
}

const web = image('shop/web', 'localhost:5001/staging/shop/web');

describe('the values that set an image', () => {
  it.each([
    [
      'the whole repository',
      { image: { repository: 'localhost:5001/staging/shop/web', tag: '', digest: '' } },
      { image: { repository: 'localhost:5001/staging/shop/web', tag: 'sha-1', digest } },
    ],
    [
      'a separate registry',
      { web: { image: { registry: 'localhost:5001/staging', repository: 'shop/web', tag: '', digest: '' } } },
      { web: { image: { registry: 'localhost:5001/staging', repository: 'shop/web', tag: 'sha-1', digest } } },
    ],
    [
      'another registry, as in production',
      { web: { image: { registry: 'prod.azurecr.io', repository: 'shop/web', tag: '', digest: '' } } },
      { web: { image: { registry: 'localhost:5001/staging', repository: 'shop/web', tag: 'sha-1', digest } } },
    ],
    [
      'another registry in the repository',
      { image: { repository: 'ghcr.io/org/shop/web', digest: '' } },
      { image: { repository: 'localhost:5001/staging/shop/web', tag: 'sha-1', digest } },
    ],
    [
      'no key for a digest',
      { image: { repository: 'ghcr.io/org/shop/web', tag: '' } },
      { image: { repository: 'localhost:5001/staging/shop/web', tag: 'sha-1' } },
    ],
    [
      'an item of a list, with its whole list',
      {
        images: [
          { name: 'a', repository: 'x/y' },
          { name: 'web', repository: 'shop/web', digest: '' },
        ],
      },
      {
        images: [
          { name: 'a', repository: 'x/y' },
          { name: 'web', repository: 'localhost:5001/staging/shop/web', tag: 'sha-1', digest },
        ],
      },
    ],
  ])('with %s', (_, values, overlay) => {
    const before = structuredClone(values);
    expect(imageOverlay(values, [web]).values).toEqual(overlay);
    expect(values).toEqual(before);
  });

  it.each([
    [['1', '1.4', '1.4.2', 'latest'], '1.4.2'],
    [['latest', 'sha-0123456789ab'], 'sha-0123456789ab'],
  ])('have the tag that bump-chart-version commits: of %j, %s', (tags, tag) => {
    const built = image('shop/web', 'ghcr.io/org/shop/web', tags);
    expect(imageOverlay({ image: { repository: 'ghcr.io/org/shop/web', tag: '' } }, [built]).values).toEqual({
      image: { repository: 'ghcr.io/org/shop/web', tag },
    });
  });

  it.each(['node', 'library/node', 'docker.io/node', 'index.docker.io/library/node', 'registry-1.docker.io/node'])(
    'find %s on Docker Hub rather than a path that ends alike',
    (repository) => {
      const built = image('library/node', 'docker.io/library/node');
      const values = {
        ours: { repository, digest: '' },
        theirs: { repository: 'quay.io/mirror/library/node', digest: '' },
      };
      expect(imageOverlay(values, [built]).set.map(({ path }) => path)).toEqual(['ours']);
    },
  );

  it('leave other images unchanged', () => {
    const values = {
      a: { repository: 'ghcr.io/org/shop/website' },
      b: { repository: 'docker.io/library/nginx' },
      c: { repository: 7 },
    };
    expect(imageOverlay(values, [web])).toEqual({ values: undefined, set: [] });
  });

  it('take the mapping that fits best, and not another that only ends alike', () => {
    const built = image('web', 'reg.example.com/shop/web');
    const values = {
      ours: { repository: 'prod.example.com/shop/web', digest: '' },
      theirs: { repository: 'quay.io/else/web', digest: '' },
    };
    expect(imageOverlay(values, [built]).set.map(({ path }) => path)).toEqual(['ours']);
  });

  it('give each of two images its own mapping', () => {
    const api = image('shop/api', 'localhost:5001/staging/shop/api', []);
    const values = {
      web: { repository: 'shop/web', digest: '' },
      api: { repository: 'shop/api', tag: '1', digest: '' },
    };
    expect(imageOverlay(values, [web, api]).values).toEqual({
      web: { repository: 'localhost:5001/staging/shop/web', tag: 'sha-1', digest },
      api: { repository: 'localhost:5001/staging/shop/api', digest },
    });
  });
});

it('an image that was set nowhere is an error that names it', () => {
  const api = image('shop/api', 'reg.example.com/shop/api');
  expect(() => assertAllSet([web, api], [{ path: 'image', image: web }])).toThrow(/reg\.example\.com\/shop\/api/);
  expect(() => assertAllSet([web], [{ path: 'image', image: web }])).not.toThrow();
});
