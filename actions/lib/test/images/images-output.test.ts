import { describe, expect, it } from '@jest/globals';
import { parseImagesOutput } from '../../images/images-output.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('parseImagesOutput', () => {
  it('takes what build-push-image writes', () => {
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

  it('finds the name below the registry when a list was written by hand', () => {
    expect(parseImagesOutput([{ repository: 'ghcr.io/org/web', digest }])).toMatchObject({
      value: [{ name: 'org/web', tags: [] }],
    });
  });

  it.each([
    ['not a list', {}],
    ['not a mapping', ['web']],
    ['no repository', [{ digest }]],
    ['no digest', [{ repository: 'ghcr.io/org/web' }]],
    ['a short digest', [{ repository: 'ghcr.io/org/web', digest: 'sha256:1' }]],
    ['a tag that is none', [{ repository: 'ghcr.io/org/web', digest, tags: ['$(id)'] }]],
    ['a tag that is not a string', [{ repository: 'ghcr.io/org/web', digest, tags: [null] }]],
    ['tags that are no list', [{ repository: 'ghcr.io/org/web', digest, tags: 'x' }]],
  ])('refuses %s', (_, data) => {
    expect(parseImagesOutput(data)).toHaveProperty('problem');
  });
});
