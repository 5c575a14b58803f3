import { describe, expect, it } from '@jest/globals';
import { parseImagesOutput } from '../../images/images-output.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('parseImagesOutput', () => {
  it('reads the output of build-push-image', () => {
    const image = {
      name: 'shop/web',
      repository: 'localhost:5001/shop/web',
      ref: 'x',
      digest,
      tags: ['1.0.0'],
      platforms: ['linux/amd64'],
      promoted: true,
      seconds: 1,
    };
    expect(parseImagesOutput([image])).toEqual({
      value: [{ name: 'shop/web', repository: 'localhost:5001/shop/web', digest, tags: ['1.0.0'] }],
    });
  });

  it('takes the name from the repository if a list written by hand has none', () => {
    expect(parseImagesOutput([{ repository: 'ghcr.io/org/web', digest }])).toMatchObject({
      value: [{ name: 'org/web', tags: [] }],
    });
  });

  it.each([
    ['a mapping', {}],
    ['a list of strings', ['web']],
    ['an image without a repository', [{ digest }]],
    ['an image without a digest', [{ repository: 'ghcr.io/org/web' }]],
    ['a short digest', [{ repository: 'ghcr.io/org/web', digest: 'sha256:1' }]],
    ['an invalid tag', [{ repository: 'ghcr.io/org/web', digest, tags: ['$(id)'] }]],
    ['a tag that is not a string', [{ repository: 'ghcr.io/org/web', digest, tags: [null] }]],
    ['tags that are not a list', [{ repository: 'ghcr.io/org/web', digest, tags: 'x' }]],
  ])('rejects %s', (_, data) => {
    expect(parseImagesOutput(data)).toHaveProperty('problem');
  });
});
