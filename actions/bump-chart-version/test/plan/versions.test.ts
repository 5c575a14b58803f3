import { describe, expect, it } from '@jest/globals';
import { DIGEST, newText, planFor, settings } from '../helpers.ts';

const images = (...entries: [string, string][]): string =>
  JSON.stringify(entries.map(([name, tag]) => ({ name, repository: `r.io/${name}`, digest: DIGEST, tags: [tag] })));

const valuesOf = (entries: Record<string, string>): string =>
  Object.entries(entries)
    .map(([name, tag]) => `${name}: { repository: r.io/${name}, tag: "${tag}", digest: "" }\n`)
    .join('');

/** The version and appVersion after a run, in the text of Chart.yaml. */
async function chartAfter(inputs: Record<string, string>, [version, appVersion]: [string, string], values = 'a: b\n') {
  const chart = `name: shop\nversion: ${version}\nappVersion: ${appVersion}\n`;
  const plan = await planFor(inputs, values, { 'helm/shop/Chart.yaml': chart });
  const text = newText(plan, 'helm/shop/Chart.yaml') ?? chart;
  return [/^version: (.*)$/m.exec(text)?.[1], /^appVersion: (.*)$/m.exec(text)?.[1]];
}

describe('a level', () => {
  it.each([
    ['patch', '1.4.1', '1.4.2'],
    ['minor', '1.4.1', '1.5.0'],
    ['major', '1.4.1', '2.0.0'],
    ['patch', 'v1.4.1', 'v1.4.2'],
    ['patch', '"v1.4.1"', '"v1.4.2"'],
    ['patch', '1.4.1+up0.9', '1.4.2+up0.9'],
    ['minor', 'v1.4.1+up0.9.1-rc.1', 'v1.5.0+up0.9.1-rc.1'],
    ['patch', '1.5.0-rc.1', '1.5.0'],
    ['prerelease', '1.5.0-rc.1', '1.5.0-rc.2'],
    ['prerelease', '1.5.0-rc.9', '1.5.0-rc.10'],
    ['prerelease', 'v1.5.0-rc.1+build.7', 'v1.5.0-rc.2+build.7'],
    ['prerelease', '1.5.0-rc1', '1.5.0-rc2'],
    ['prerelease', '1.5.0-beta', '1.5.0-beta.0'],
    ['prerelease', '1.5.0-alpha.3.x', '1.5.0-alpha.4.x'],
    ['prerelease', '1.5.0-7', '1.5.0-8'],
  ])('%s of %s is %s', async (version, old, expected) => {
    const [text] = await chartAfter({ version, values: 'a=c' }, [old, '"x"']);
    expect(text).toBe(expected);
  });

  it.each([
    ['1.4.1', 'is not a pre-release', 'version: 1.5.0-rc.1'],
    ['1.5.0-rc9', 'has no number that can be counted up', 'version: 1.5.0-rc.1'],
  ])('prerelease of %s is an error', async (old, problem, example) => {
    const planned = chartAfter({ version: 'prerelease', values: 'a=c' }, [old, '"x"']);
    await expect(planned).rejects.toThrow(`the version "${old}" ${problem}`);
    await expect(planned).rejects.toThrow(example);
  });
});

describe('follow', () => {
  it.each<[string, [string, string][], Record<string, string>, string]>([
    ['a patch', [['web', '1.4.2']], { web: '1.4.1' }, '3.7.3'],
    ['a minor version', [['web', '1.5.0']], { web: '1.4.1' }, '3.8.0'],
    ['a major version', [['web', 'v2.0.0']], { web: 'v1.4.1' }, '4.0.0'],
    ['a pre-release', [['web', '1.5.0-rc.2']], { web: '1.5.0-rc.1' }, '3.7.3'],
    ['the first pre-release of a minor version', [['web', '1.5.0-rc.1']], { web: '1.4.1' }, '3.8.0'],
    [
      'the highest of several',
      [
        ['web', '1.4.2'],
        ['api', '2.1.0'],
      ],
      { web: '1.4.1', api: '2.0.5' },
      '3.8.0',
    ],
    [
      'the highest of several with a major one',
      [
        ['web', '2.0.0'],
        ['api', '2.1.0'],
      ],
      { web: '1.4.1', api: '2.0.5' },
      '4.0.0',
    ],
    ['tags that are not versions', [['web', 'sha-0123456789ab']], { web: 'sha-ba9876543210' }, '3.7.3'],
    ['a first tag', [['web', '1.4.2']], { web: '' }, '3.7.3'],
    ['one image in two mappings', [['web', '1.5.0']], { web: '1.4.1', 'x/web': '1.0.0' }, '3.8.0'],
  ])('is the level of %s', async (_, next, old, expected) => {
    const [version] = await chartAfter({ version: 'follow', images: images(...next) }, ['3.7.2', '"x"'], valuesOf(old));
    expect(version).toBe(expected);
  });

  it('changes nothing when no image changes', async () => {
    const values = valuesOf({ web: '1.4.2' }).replace('digest: ""', `digest: ${DIGEST}`);
    const inputs = { version: 'follow', images: images(['web', '1.4.2']) };
    expect(await chartAfter(inputs, ['3.7.2', '"1.4.1"'], values)).toEqual(['3.7.2', '"1.4.1"']);
  });

  it('needs images', async () => {
    await expect(settings({ version: 'follow', values: 'a=b' })).rejects.toThrow('there are no images');
  });
});

describe('appVersion with auto', () => {
  it.each<[string, Record<string, string>, [string, string], [string, string]]>([
    [
      'is the common version of the images',
      { images: images(['web', '1.4.2'], ['api', '1.4.2']) },
      ['3.7.2', '1.4.1'],
      ['3.7.3', '1.4.2'],
    ],
    ['keeps its v', { images: images(['web', '1.4.2']) }, ['3.7.2', '"v1.4.1"'], ['3.7.3', '"v1.4.2"']],
    ['gets no v from the images', { images: images(['web', 'v1.4.2']) }, ['3.7.2', '1.4.1'], ['3.7.3', '1.4.2']],
    [
      'stays when the images have different versions',
      { images: images(['web', '1.4.2'], ['api', '2.0.0']) },
      ['3.7.2', '1.4.1'],
      ['3.7.3', '1.4.1'],
    ],
    [
      'stays when the tags are not versions',
      { images: images(['web', 'sha-0123456789ab']) },
      ['3.7.2', '1.4.1'],
      ['3.7.3', '1.4.1'],
    ],
    ['stays without images', { values: 'a=c' }, ['3.7.2', '1.4.1'], ['3.7.3', '1.4.1']],
    ['follows the version when it was the version', { values: 'a=c' }, ['3.7.2', '3.7.2'], ['3.7.3', '3.7.3']],
    ['follows the version when only its v differs', { values: 'a=c' }, ['3.7.2', 'v3.7.2'], ['3.7.3', 'v3.7.3']],
    ['follows the version in a new chart', { values: 'a=c' }, ['0.1.0', '"1.16.0"'], ['0.1.1', '"0.1.1"']],
    [
      'stays when the version stays',
      { version: 'none', images: images(['web', '1.4.2']) },
      ['3.7.2', '1.4.1'],
      ['3.7.2', '1.4.1'],
    ],
  ])('%s', async (_, inputs, before, after) => {
    const values = `a: b\n${inputs.images === undefined ? '' : valuesOf({ web: '1.4.1', api: '1.4.1' })}`;
    expect(await chartAfter({ version: 'patch', ...inputs }, before, values)).toEqual(after);
  });
});

describe('an exact version', () => {
  it.each([
    ['1.4.2', ['v1.4.1', '"v1.4.1"'], ['v1.4.2', '"v1.4.2"']],
    ['v1.4.2', ['1.4.1', '1.4.1'], ['1.4.2', '1.4.2']],
    ['v1.4.2', ['v1.4.1', '1.4.1'], ['v1.4.2', '1.4.2']],
    ['1.4.2', ['v1.4.2', 'v1.4.2'], ['v1.4.2', 'v1.4.2']],
    ['1.5.0-rc.1+b', ['v1.4.1', 'v1.4.1'], ['v1.5.0-rc.1+b', 'v1.5.0-rc.1+b']],
    ['1.4.2', ['0.9.0', 'nightly'], ['1.4.2', 'nightly']],
  ] as [string, [string, string], [string, string]][])('%s keeps the v of %j', async (version, before, after) => {
    expect(await chartAfter({ version }, before)).toEqual(after);
  });
});
