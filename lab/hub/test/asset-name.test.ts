import { describe, expect, it } from '@jest/globals';
import { toStoredName } from '../releases/asset-name.ts';

describe('the stored name of an asset', () => {
  it.each([
    ['shop_1.0.0+build-2.tar.gz', 'shop_1.0.0+build-2.tar.gz'],
    ['my file.txt', 'my.file.txt'],
    ['a  b', 'a.b'],
    ['a..b', 'a.b'],
    ['app-(15-5)-6064.apk', 'app-.15-5.-6064.apk'],
    ['a5_[\\]^_`~.txt', 'a5_._.txt'],
    ['shop:1~rc@x.deb', 'shop.1.rc.x.deb'],
    ['.env', 'default.env'],
    ['测试.zip', 'default.zip'],
    ['测试', 'default'],
    ['x.', 'x'],
    ['é.txt', 'e.txt'],
    ['', ''],
  ])('of %j is %j', (name, stored) => {
    expect(toStoredName(name)).toBe(stored);
  });
});
