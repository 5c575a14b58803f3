import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseTag } from '../../images/tags.ts';

it.each([
  [['1', '1.4', '1.4.2', 'latest'], '1.4.2'],
  [['latest', 'sha-0123456', 'main'], 'sha-0123456'],
  [['main-debug', 'sha-0123456789ab-debug'], 'sha-0123456789ab-debug'],
  [['web-main', 'web-sha-0123456789ab'], 'web-sha-0123456789ab'],
  [['v1.4.2', '1.5.0-rc.1'], '1.5.0-rc.1'],
  [['1.4.2', '1.4.2-rc.1'], '1.4.2'],
  [['nightly', 'main'], 'nightly'],
  [['sha-xyz', 'main'], 'sha-xyz'],
  [[], undefined],
])('among %j the tag is %j', (tags, tag) => {
  expect(chooseTag(tags)).toBe(tag);
});

it('does not depend on the order of versions', () => {
  const version = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((numbers) => numbers.join('.'));
  fc.assert(
    fc.property(fc.uniqueArray(version, { minLength: 1 }), (tags) => {
      expect(chooseTag(tags.toReversed())).toBe(chooseTag(tags));
    }),
  );
});
