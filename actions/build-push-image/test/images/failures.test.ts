import { describe, expect, it } from '@jest/globals';
import { ActionError } from '../../../lib/errors.ts';
import { failureOf, settleAll } from '../../src/images/process-images.ts';

describe('several images', () => {
  it('are worked on side by side, never more than allowed, and told of in their order', async () => {
    let now = 0;
    let most = 0;
    const results = await settleAll([3, 1, 2, 5, 4], 2, async (item) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      now--;
      if (item === 2) throw new Error('two');
      return item * 10;
    });
    expect(most).toBe(2);
    expect(results.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
      30,
      10,
      'Error: two',
      50,
      40,
    ]);
  });

  it('may be none', async () => {
    expect(await settleAll([], 4, async () => 1)).toEqual([]);
  });
});

describe('the failure of a step', () => {
  const refused = new ActionError({ what: 'a push', why: 'no', next: 'Log in.' });
  const broken = new ActionError({ what: 'a build', why: 'bad', next: 'Mend it.' });

  it('with one image is that of the image', () => {
    expect(failureOf([{ name: 'web', error: refused }], 1)).toBe(refused);
  });

  it('names each image with its own words, and each way out once', () => {
    const failures = [
      { name: 'web', error: refused },
      { name: 'api', error: broken },
      { name: 'job', error: refused },
    ];
    expect(failureOf(failures, 4)).toMatchObject({
      what: '3 of 4 images failed: web, api, job',
      why: 'web: a push: no\napi: a build: bad\njob: a push: no',
      next: 'Log in.\nMend it.',
    });
  });

  it('hides no defect', () => {
    const defect = new TypeError('x is undefined');
    expect(
      failureOf(
        [
          { name: 'web', error: refused },
          { name: 'api', error: defect },
        ],
        2,
      ),
    ).toBe(defect);
  });
});
