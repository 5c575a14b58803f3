import { describe, expect, it } from '@jest/globals';
import type { ImageName } from '../../../lib/identifiers.ts';
import { orderByDependencies, withDependencies } from '../../src/images/dependencies.ts';
import type { ImageJob, ImageResult } from '../../src/images/image-job.ts';
import { job as fakeJob, noOptions } from '../fakes.ts';

function job(name: string, contexts: Record<string, string> = {}): ImageJob {
  const { plan } = fakeJob;
  const options = { ...noOptions, buildContexts: new Map(Object.entries(contexts)) };
  return { ...fakeJob, name: name as ImageName, key: name, plan: { ...plan, image: { ...plan.image, options } } };
}

describe('the order of images', () => {
  it('has each after those it needs, and otherwise stays', () => {
    const jobs = [
      job('app', { lib: 'image:lib' }),
      job('other'),
      job('lib', { base: 'image:base' }),
      job('base', { shared: 'libs/shared' }),
    ];
    expect(orderByDependencies(jobs).map(({ name }) => String(name))).toEqual(['other', 'base', 'lib', 'app']);
  });
});

describe('an image that needs another one', () => {
  const web = job('web', { base: 'image:base', shared: 'libs/shared' });

  it('gets it by digest', async () => {
    const base = Promise.resolve({ ref: 'prod.example/base@sha256:1' } as ImageResult);
    const ready = await withDependencies(web, new Map([['base', base]]));
    expect([...ready.plan.image.options.buildContexts]).toEqual([
      ['base', 'docker-image://prod.example/base@sha256:1'],
      ['shared', 'libs/shared'],
    ]);
  });

  it('is not built when that one failed', async () => {
    const base = Promise.reject(new Error('no'));
    await expect(withDependencies(web, new Map([['base', base]]))).rejects.toThrow(
      'its build context base is the image base, which failed',
    );
  });
});
