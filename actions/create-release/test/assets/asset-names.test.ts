import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assetName } from '../../src/assets/asset-names.ts';

describe('asset names', () => {
  it.each([
    ['app-1.0.0_linux.tgz', 'app-1.0.0_linux.tgz'],
    ['My App 1.0.0 Setup.exe', 'My.App.1.0.0.Setup.exe'],
    ['fake.      file.txt', 'fake.file.txt'],
    ['erick%%%%%!!!zhao.txt', 'erick.zhao.txt'],
    ['app-(15-5)-x.apk', 'app-.15-5.-x.apk'],
    ['tobwen-1.1.0-1~buster.deb', 'tobwen-1.1.0-1.buster.deb'],
    ['café.txt', 'cafe.txt'],
    ['.env', 'default.env'],
    ['.env.example', 'default.env.example'],
    ['测试.zip', 'default.zip'],
    ['测试.tar.gz', 'default.tar.gz'],
    ['测试-1.0.zip', '-1.0.zip'],
    ['[foo].zip', 'foo.zip'],
    ['(x86) setup.exe', 'x86.setup.exe'],
    ['Привет', 'default'],
    ['...', 'default'],
    ['ﬁle.txt', 'file.txt'],
    ['app+build@2.txt', 'app+build.2.txt'],
    ['日本', 'default'],
  ])('%s becomes %s', (file, name) => expect(assetName(file)).toBe(name));

  it('do not change when they are converted again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (file) => expect(assetName(assetName(file))).toBe(assetName(file))),
    );
  });

  it('are never empty, hidden or only an extension', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (file) =>
        expect(assetName(file)).toMatch(/^[A-Za-z0-9_+-][A-Za-z0-9_+-]*(\.[A-Za-z0-9_+-]+)*$/),
      ),
    );
  });
});
