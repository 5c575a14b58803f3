import { describe, expect, it } from '@jest/globals';
import { makePlan, type Plan, pathsOf } from '../../src/plan/plan.ts';
import { CHART, DIGEST, filesOf, image, newText, OLD_DIGEST, planFor, settings } from '../helpers.ts';

const chartOf = async (inputs: Record<string, string>, chart: string, values = 'a: b\n'): Promise<string | undefined> =>
  newText(await planFor(inputs, values, { 'helm/shop/Chart.yaml': chart }), 'helm/shop/Chart.yaml');

describe('the version', () => {
  it('and appVersion are written in the style they have', async () => {
    expect(await chartOf({ version: '1.4.2' }, CHART)).toBe(
      'apiVersion: v2\nname: shop # the name\nversion: 1.4.2\nappVersion: "1.4.2"\n',
    );
  });

  it('leaves the versions of dependencies alone', async () => {
    const chart = `${CHART}dependencies:\n  - name: redis\n    version: 1.0.0\n`;
    expect(await chartOf({ version: '1.4.2' }, chart)).toContain('name: redis\n    version: 1.0.0\n');
  });

  it.each([
    ['v1.4.2', '1.4.2'],
    ['2.0.0-rc.1+build.5', '2.0.0-rc.1+build.5'],
    ['major', '2.0.0'],
    ['minor', '1.1.0'],
    ['patch', '1.0.1'],
  ])('%s gives %s', async (version, expected) => {
    const plan = await planFor({ version, values: 'a=c' }, 'a: b\n');
    expect(plan.charts[0]).toMatchObject({ previous: '1.0.0', version: expected, appVersion: expected, changed: true });
  });

  it('of a pre-release counts up to its release', async () => {
    const chart = CHART.replace('version: 1.0.0', 'version: 1.1.0-rc.2');
    expect(await chartOf({ version: 'patch' }, chart)).toContain('version: 1.1.0\n');
  });

  it('is no change when it is there', async () => {
    const plan = await planFor({ version: '1.0.0' }, 'a: b\n');
    expect(plan).toMatchObject({ files: [], changedValues: [], charts: [{ version: '1.0.0', changed: false }] });
  });

  it('is not counted up when nothing else changes', async () => {
    expect((await planFor({ version: 'patch', values: 'a=b' }, 'a: b\n')).files).toEqual([]);
  });

  it('is counted up on its own when nothing else is asked, once a run', async () => {
    const request = await settings({ version: 'minor' });
    const files = filesOf({ 'helm/shop/Chart.yaml': CHART });
    expect(makePlan(request, files).charts[0]?.version).toBe('1.1.0');
    expect(makePlan(request, files, { alreadyBumped: new Set(['helm/shop']) }).files).toEqual([]);
  });

  it('stays with none, while values change', async () => {
    const plan = await planFor({ version: 'none', values: 'a=c' }, 'a: b\n');
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/values.yaml']);
  });

  it('that is no semantic version cannot be counted up, but can be replaced', async () => {
    const chart = CHART.replace('version: 1.0.0', 'version: 1.0');
    await expect(chartOf({ version: 'patch' }, chart)).rejects.toThrow('the version "1.0" is not a semantic version');
    expect(await chartOf({ version: '1.4.2' }, chart)).toContain('\nversion: 1.4.2\n');
  });

  it('is needed in Chart.yaml', async () => {
    await expect(chartOf({ version: '1.4.2' }, 'name: x\n')).rejects.toThrow('helm/shop/Chart.yaml:1: has no version');
    await expect(chartOf({ version: '1.4.2' }, '- a\n')).rejects.toThrow('is not a single mapping');
  });
});

describe('appVersion', () => {
  it('of a chart that has none stays out with auto', async () => {
    const chart = 'name: lib\nversion: 1.0.0\n';
    expect(await chartOf({ version: '1.4.2' }, chart)).toBe('name: lib\nversion: 1.4.2\n');
    expect(await chartOf({ version: '1.4.2', create: 'true' }, chart)).toBe(
      'name: lib\nversion: 1.4.2\nappVersion: 1.4.2\n',
    );
  });

  it.each([
    [
      'by an alias follows',
      'name: s\nversion: &v 1.0.0\nappVersion: *v\n',
      'name: s\nversion: &v 1.4.2\nappVersion: *v\n',
    ],
    [
      'without a value is filled in',
      'version: 1.0.0\nappVersion: # none yet\n',
      'version: 1.4.2\nappVersion: 1.4.2 # none yet\n',
    ],
    ['and a version without values are filled in', 'version:\nappVersion: ~\n', 'version: 1.4.2\nappVersion: 1.4.2\n'],
  ])('%s', async (_, chart, expected) => {
    expect(await chartOf({ version: '1.4.2' }, chart)).toBe(expected);
  });

  it('by an alias of something else is an error', async () => {
    const chart = 'name: &n s\nversion: 1.0.0\nappVersion: *n\n';
    await expect(chartOf({ version: '1.4.2' }, chart)).rejects.toThrow('appVersion is the alias *n');
  });

  it('given as a text counts the version up, and is quoted where it must be', async () => {
    const chart = 'name: x\nversion: 1.0.0\nappVersion: v1\n';
    expect(await chartOf({ version: 'patch', 'app-version': '1.10' }, chart)).toBe(
      'name: x\nversion: 1.0.1\nappVersion: "1.10"\n',
    );
  });

  it('given as a text is an error where the key is missing', async () => {
    await expect(chartOf({ version: '1.4.2', 'app-version': 'x' }, 'name: x\nversion: 1.0.0\n')).rejects.toThrow(
      'no key "appVersion"',
    );
  });

  it('stays with none', async () => {
    expect(await chartOf({ version: '1.4.2', 'app-version': 'none' }, CHART)).toContain('appVersion: "1.0.0"');
  });
});

describe('an older run', () => {
  it('never overwrites a newer version', async () => {
    const inputs = { version: '0.9.0', values: 'a=c', images: image('r.io/web') };
    const plan = await planFor(inputs, 'a: b\nimage: {repository: r.io/web, tag: 1.0.0}\n');
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain('helm/shop is at 1.0.0, which is newer than 0.9.0');
  });

  it('does so with allow-downgrade', async () => {
    const plan = await planFor({ version: '0.9.0', 'allow-downgrade': 'true' }, 'a: b\n');
    expect(plan.charts[0]).toMatchObject({ version: '0.9.0', changed: true });
  });

  it('is known by its image tags when no version is given', async () => {
    const values = 'image: {repository: r.io/web, tag: 2.0.0}\n';
    const plan = await planFor({ version: 'none', images: image('r.io/web', ['1.9.9']) }, values);
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain('helm/shop has r.io/web at 2.0.0, which is newer than 1.9.9');
  });

  it.each([
    ['none', '0.9.0'],
    ['patch', 'v0.9.9'],
    ['1.0.0', '1.0.0-rc.1'],
    ['1.1.0', '0.9.0'],
  ])('is known by its app-version too (version %s, app-version %s)', async (version, appVersion) => {
    const inputs = { version, 'app-version': appVersion, values: 'a=c' };
    const plan = await planFor(inputs, 'a: b\n');
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain(
      `helm/shop has the appVersion 1.0.0, which is newer than ${appVersion}; the chart is not changed`,
    );
    const back = await planFor({ ...inputs, 'allow-downgrade': 'true' }, 'a: b\n');
    expect(newText(back, 'helm/shop/Chart.yaml')).toContain(`appVersion: "${appVersion}"`);
  });

  it.each([
    ['a text that is no version', { version: 'none', 'app-version': 'nightly' }, '1.0.0'],
    ['another text that was no version', { version: 'none', 'app-version': '0.9.0' }, 'nightly'],
    ['a higher one', { version: 'none', 'app-version': '1.0.1' }, '1.0.0'],
    // `helm create` writes appVersion 1.16.0 beside version 0.1.0.
    ['the first version of a new chart', { version: '1.1.0' }, '1.16.0'],
  ])('is not %s', async (_, inputs, appVersion) => {
    const chart = CHART.replace('"1.0.0"', `"${appVersion}"`);
    const plan = await planFor(inputs, '', { 'helm/shop/Chart.yaml': chart });
    expect(plan.charts[0]).toMatchObject({ changed: true, skipped: undefined });
    const lower = 'helm/shop/Chart.yaml: appVersion follows the version and goes back from 1.16.0 to 1.1.0';
    expect(plan.warnings).toEqual(appVersion === '1.16.0' ? [`${lower}; set app-version: none to keep it`] : []);
  });

  it('skips only the chart that is newer', async () => {
    const request = await settings({ charts: 'a\nb', version: '1.5.0' });
    const files = filesOf({ 'a/Chart.yaml': 'name: a\nversion: 2.0.0\n', 'b/Chart.yaml': 'name: b\nversion: 1.0.0\n' });
    const plan = makePlan(request, files);
    expect(plan.files.map(({ path }) => path)).toEqual(['b/Chart.yaml']);
    expect(plan.charts.map(({ changed }) => changed)).toEqual([false, true]);
  });
});

describe('images', () => {
  const images = (values: string, repository: string, more: Record<string, string> = {}): Promise<Plan> =>
    planFor({ version: 'none', images: image(repository), ...more }, values);

  it.each([
    [
      'registry beside it',
      `web:\n  image:\n    registry: r.io\n    repository: shop/web\n    tag: ""\n    digest: ""\n`,
    ],
    [
      'registry with a slash at the end',
      `web:\n  image:\n    registry: r.io/\n    repository: shop/web\n    tag: ""\n    digest: ""\n`,
    ],
    ['registry in the repository', `image:\n  repository: r.io/shop/web\n  tag: ""\n  digest: ""\n`],
    ['both', `image:\n  registry: r.io\n  repository: r.io/shop/web\n  tag: ""\n  digest: ""\n`],
    ['an empty registry', `image:\n  registry: ""\n  repository: r.io/shop/web\n  tag: ""\n  digest: ""\n`],
    [
      'registry by a merge key',
      `d: &d {registry: r.io}\nimage:\n  <<: *d\n  repository: shop/web\n  tag: ""\n  digest: ""\n`,
    ],
    ['in a list', `images:\n  - name: a\n    repository: r.io/shop/web\n    tag: ""\n    digest: ""\n`],
  ])('are found by their full repository: %s', async (_, values) => {
    expect(newText(await images(values, 'r.io/shop/web'))).toBe(
      values.replace('tag: ""', 'tag: "1.4.2"').replace('digest: ""', `digest: "${DIGEST}"`),
    );
  });

  it.each([
    ['docker.io/acme/web', 'acme/web'],
    ['docker.io/acme/web', 'docker.io/Acme/web'],
    ['index.docker.io/acme/web', 'acme/web'],
    ['docker.io/acme/web', 'registry-1.docker.io/acme/web'],
    ['docker.io/library/web', 'web'],
    ['localhost:5001/web', 'localhost:5001/web'],
  ])('knows that %s and %s are one', async (repository, written) => {
    expect(newText(await images(`i: {repository: ${written}, tag: x}\n`, repository))).toContain('tag: 1.4.2');
  });

  it.each([
    ['r.io/web', 'web'],
    ['localhost/web', 'web'],
    ['r.io/web', 'r.io/web2'],
    ['r.io/a/web', 'r.io/b/web'],
  ])('knows that %s and %s are two', async (repository, written) => {
    await expect(images(`i: {repository: ${written}, tag: x}\n`, repository)).rejects.toThrow('no image mapping names');
  });

  it.each([
    ['docker.io/acme/web', 'quay.io', 'acme/web'],
    ['r.io/acme/web', 'quay.io', 'r.io/acme/web'],
  ])('knows that %s is not the one of the registry %s, whose repository is %s', async (image, registry, repository) => {
    const values = `i: {registry: ${registry}, repository: ${repository}, tag: x}\n`;
    await expect(images(values, image)).rejects.toThrow(`i is ${registry}/${repository}`);
  });

  it('changes every mapping of the image and no other', async () => {
    const values = `a: {repository: r.io/web, tag: x}\nb: {repository: r.io/web, tag: y}\nc: {repository: r.io/api, tag: z}\n`;
    expect(newText(await images(values, 'r.io/web'))).toBe(
      `a: {repository: r.io/web, tag: 1.4.2}\nb: {repository: r.io/web, tag: 1.4.2}\nc: {repository: r.io/api, tag: z}\n`,
    );
  });

  it.each([
    [['1.4', '1.4.2', 'latest', 'sha-0123456789ab'], '1.4.2'],
    [['sha-0123456789ab', 'main'], 'sha-0123456789ab'],
    [['main', 'other'], 'main'],
    [['1.4.2', '1.10.0'], '1.10.0'],
    [['v1.4.2'], 'v1.4.2'],
  ])('of the tags %j the one that says most is %s', async (tags, expected) => {
    const plan = await planFor(
      { version: 'none', images: image('r.io/web', tags) },
      'i: {repository: r.io/web, tag: "x"}\n',
    );
    expect(newText(plan)).toBe(`i: {repository: r.io/web, tag: "${expected}"}\n`);
  });

  it('quotes a tag that YAML would take for a number', async () => {
    const plan = await planFor(
      { version: 'none', images: image('r.io/web', ['12345e10']) },
      'i:\n  repository: r.io/web\n  tag: 1234567\n',
    );
    expect(newText(plan)).toBe('i:\n  repository: r.io/web\n  tag: "12345e10"\n');
  });

  it('with a tag and no digest is pinned by tag, with a warning; create adds the digest', async () => {
    const values = 'i:\n  repository: r.io/web\n  tag: x # t\n  pullPolicy: Always\n';
    const plan = await images(values, 'r.io/web');
    expect(newText(plan)).toBe(values.replace('x', '1.4.2'));
    expect(plan.warnings).toEqual([expect.stringContaining('has no digest')]);
    expect(newText(await images(values, 'r.io/web', { create: 'true' }))).toBe(
      `i:\n  repository: r.io/web\n  tag: 1.4.2 # t\n  digest: ${DIGEST}\n  pullPolicy: Always\n`,
    );
  });

  it('that is given twice is warned of once', async () => {
    const [one] = JSON.parse(image('r.io/web'));
    const values = 'i: {repository: r.io/web, tag: x}\n';
    const plan = await planFor({ version: 'none', images: JSON.stringify([one, one]) }, values);
    expect(plan.warnings).toEqual([expect.stringContaining('has no digest')]);
  });

  it('with a digest alone gets the digest', async () => {
    expect(newText(await images(`i: {repository: r.io/web, digest: ${OLD_DIGEST}}\n`, 'r.io/web'))).toBe(
      `i: {repository: r.io/web, digest: ${DIGEST}}\n`,
    );
  });

  it('with neither is an error, unless both may be added', async () => {
    await expect(images('i:\n  repository: r.io/web\n', 'r.io/web')).rejects.toThrow('has neither tag nor digest');
    expect(newText(await images('i:\n  repository: r.io/web\n', 'r.io/web', { create: 'true' }))).toBe(
      `i:\n  repository: r.io/web\n  tag: 1.4.2\n  digest: ${DIGEST}\n`,
    );
  });

  it('without tags leaves the tag and says so', async () => {
    const plan = await planFor(
      { version: 'none', images: image('r.io/web', []) },
      `i: {repository: r.io/web, tag: x, digest: ""}\n`,
    );
    expect(newText(plan)).toBe(`i: {repository: r.io/web, tag: x, digest: "${DIGEST}"}\n`);
    expect(plan.warnings).toEqual([expect.stringContaining('the tag stays x')]);
  });

  it('that match nothing are an error with what is there', async () => {
    const values = 'web:\n  image:\n    registry: staging.io\n    repository: shop/web\n    tag: x\n';
    const failure = images(values, 'r.io/shop/web');
    await expect(failure).rejects.toThrow(
      'no image mapping names r.io/shop/web; the image mappings are\n  helm/shop/values.yaml:3: web.image is staging.io/shop/web',
    );
    await expect(failure).rejects.toThrow('shop/web exists with another registry');
    await expect(images('a: b\n', 'r.io/web')).rejects.toThrow('no mapping in helm/shop/values.yaml has a repository');
  });

  it('with a tag by alias need the anchor to be changed, and are satisfied when it is', async () => {
    const values = 'tag: &t "1"\nweb:\n  repository: r.io/web\n  tag: *t\n';
    await expect(images(values, 'r.io/web')).rejects.toThrow('web.tag is the alias *t');
    const plan = await images(values, 'r.io/web', { values: 'tag=1.4.2' });
    expect(newText(plan)).toBe(values.replace('"1"', '"1.4.2"'));
  });

  it('that disagree with values are an error', async () => {
    const values = 'i: {repository: r.io/web, tag: x}\n';
    await expect(images(values, 'r.io/web', { values: 'i.tag=y' })).rejects.toThrow(
      'conflicting values for i.tag: "y" and "1.4.2"',
    );
  });
});

describe('files', () => {
  it('named before a path are looked for in the chart and from the root', async () => {
    const request = await settings({ version: 'none', values: 'prod.yaml:a=1', images: image('r.io/web') });
    expect(pathsOf(request)).toEqual([
      'helm/shop/Chart.yaml',
      'helm/shop/values.yaml',
      'helm/shop/prod.yaml',
      'prod.yaml',
    ]);
    const plan = await planFor({ version: 'none', values: 'argocd/app.yaml:spec.x=1\nprod.yaml:a=c' }, '', {
      'argocd/app.yaml': 'spec: {x: "0"}\n',
      'helm/shop/prod.yaml': 'a: b\n',
    });
    expect(plan.files.map(({ path, text }) => [path, text])).toEqual([
      ['argocd/app.yaml', 'spec: {x: "1"}\n'],
      ['helm/shop/prod.yaml', 'a: c\n'],
    ]);
  });

  it('that are not there are named', async () => {
    await expect(planFor({ version: 'none', values: 'prod.yaml:a=1' }, '')).rejects.toThrow(
      'a: file not found: helm/shop/prod.yaml or prod.yaml',
    );
  });

  it('of several charts with the same path need the file', async () => {
    const request = await settings({ charts: 'a\nb', version: 'none', values: 'x=1' });
    const files = {
      'a/Chart.yaml': CHART,
      'b/Chart.yaml': CHART,
      'a/values.yaml': 'x: 0\n',
      'b/values.yaml': 'x: 0\n',
    };
    expect(() => makePlan(request, filesOf(files))).toThrow('put the file before the path, as in a/values.yaml:x');
    const precise = await settings({ charts: 'a\nb', version: 'patch', values: 'b/values.yaml:x=1' });
    const plan = makePlan(precise, filesOf(files));
    expect(plan.files.map(({ path }) => path)).toEqual(['b/values.yaml', 'b/Chart.yaml']);
  });

  it('of a chart at the root of the repository have no directory', async () => {
    const request = await settings({ charts: '.', version: '1.4.2', values: 'x=1' });
    const plan = makePlan(request, filesOf({ 'Chart.yaml': CHART, 'values.yaml': 'x: 0\n' }));
    expect(plan.files.map(({ path }) => path)).toEqual(['values.yaml', 'Chart.yaml']);
  });
});

it('warns when a value becomes another type', async () => {
  const plan = await planFor(
    { version: 'none', values: 'replicas=many\nok=yes\nlimit=null' },
    'replicas: 5\nok: true\nlimit: 3\n',
  );
  expect(newText(plan)).toBe('replicas: many\nok: "yes"\nlimit: null\n');
  expect(plan.warnings).toEqual([
    'helm/shop/values.yaml:1: replicas was the number 5 and becomes the string "many"',
    'helm/shop/values.yaml:2: ok was the boolean true and becomes the string "yes"',
    'helm/shop/values.yaml:3: limit was the number 3 and becomes null',
  ]);
});
