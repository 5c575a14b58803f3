import { describe, expect, it } from '@jest/globals';
import { image, settings } from '../helpers.ts';

describe('the input from', () => {
  it.each([
    ['none', []],
    ['environments/staging/values.yaml', ['environments/staging/values.yaml']],
    ['a.yaml\n\n./b//c.yaml\na.yaml', ['a.yaml', 'b/c.yaml']],
  ])('%j names the files %j', async (from, files) => {
    expect((await settings({ from })).from).toEqual(files);
  });

  it.each([
    ['', 'from is empty; for no files, use none'],
    ['environments/*/values.yaml', 'from (line 1) is a glob; name each file'],
    ['a.yaml\n../b.yaml', 'from (line 2) leaves the repository'],
    ['/a.yaml', 'from (line 1) is an absolute path'],
    ['.', 'from (line 1) is a directory'],
  ])('%j is a problem', async (from, problem) => {
    const given = settings({ from, version: 'none' });
    await expect(given).rejects.toThrow(problem.split('; ')[0]);
  });

  it('is a problem beside images', async () => {
    await expect(settings({ from: 'a.yaml', images: image('r.io/web') })).rejects.toThrow(
      'from and images are both given, and each says which images the files get',
    );
    expect((await settings({ from: 'a.yaml', images: 'none' })).images).toEqual([]);
  });

  it('is something to do for version: none and for version: follow', async () => {
    for (const version of ['none', 'follow'])
      expect(await settings({ from: 'a.yaml', version })).toMatchObject({ version: { kind: version } });
    await expect(settings({ from: 'none', version: 'none' })).rejects.toThrow('leaves nothing to do');
    await expect(settings({ from: 'none', version: 'follow' })).rejects.toThrow('there are no images');
  });
});
