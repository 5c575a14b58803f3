import { describe, expect, it } from '@jest/globals';
import { makePlan, type Plan } from '../../src/plan/plan.ts';
import { CHART, filesOf, image, newText, settings } from '../helpers.ts';
import { newFile, oldFile, REPOSITORY } from './shapes.ts';

/** The plan for charts a and b, for these files. */
async function planOf(files: Record<string, string>, inputs: Record<string, string> = {}): Promise<Plan> {
  const valuesFiles = [...new Set(Object.keys(files).map((path) => path.replace(/^[ab]\//, '')))];
  const request = await settings({
    charts: 'a\nb',
    version: 'none',
    images: image(REPOSITORY),
    'values-files': valuesFiles.join('\n'),
    ...inputs,
  });
  const all = { 'a/Chart.yaml': CHART, 'b/Chart.yaml': CHART, ...files };
  return makePlan(
    request,
    filesOf(Object.fromEntries(Object.entries(all).map(([path, text]) => [path, oldFile(text)]))),
  );
}

const BASE = 'web:\n  image:\n    repository: ghcr.io/acme/web\n    tag: "%T"\n    digest: %D\n';

describe('a tag without a name is set where another file of the chart has the name', () => {
  it.each<[string, Record<string, string>]>([
    ['values for production', { 'a/values.yaml': BASE, 'a/values-production.yaml': 'web:\n  image:\n    tag: "%T"\n' }],
    [
      'a file outside the charts',
      { 'a/values.yaml': BASE, 'env/dev.yaml': 'web: {image: {tag: "%T", digest: "%D"}}\n' },
    ],
    ['only a digest', { 'a/values.yaml': BASE, 'a/dev.yaml': 'web: {image: {digest: "%D"}}\n' }],
    ['a digest in the tag', { 'a/values.yaml': BASE, 'a/dev.yaml': 'web: {image: {tag: "%T@%D"}}\n' }],
    [
      'a version',
      { 'a/values.yaml': 'i: {image: ghcr.io/acme/web, version: "%T"}\n', 'a/dev.yaml': 'i: {version: "%T"}\n' },
    ],
    [
      'keys with a prefix',
      { 'a/values.yaml': 'webImage: ghcr.io/acme/web\nwebTag: "%T"\n', 'a/dev.yaml': 'webTag: "%T"\napiTag: 1.0.0\n' },
    ],
    [
      'no tag in the values of the chart',
      { 'a/values.yaml': 'i: {repository: ghcr.io/acme/web}\n', 'a/dev.yaml': 'i: {tag: "%T"}\n' },
    ],
    [
      'another registry',
      {
        'a/values.yaml': 'i: {registry: staging.io, repository: acme/web, tag: 1.4.2-rc.1}\n',
        'a/dev.yaml': 'i: {registry: ghcr.io, tag: "%T"}\n',
      },
    ],
    [
      'another global registry',
      {
        'a/values.yaml': 'i: {repository: acme/web, tag: 1.4.2-rc.1}\n',
        'a/dev.yaml': 'global: {imageRegistry: ghcr.io}\ni: {tag: "%T"}\n',
      },
    ],
    [
      'parameters of an Application',
      {
        'a/values.yaml': BASE,
        'apps/a.yaml':
          'kind: Application\nspec: {source: {helm: {parameters: [{name: web.image.tag, value: "%T"}, {name: x.tag, value: 1.0.0}]}}}\n',
      },
    ],
    [
      'helm.valuesObject',
      {
        'a/values.yaml': BASE,
        'apps/a.yaml': 'kind: Application\nspec: {source: {helm: {valuesObject: {web: {image: {tag: "%T"}}}}}}\n',
      },
    ],
    [
      'the values of a HelmRelease',
      { 'a/values.yaml': BASE, 'apps/a.yaml': 'kind: HelmRelease\nspec: {values: {web: {image: {tag: "%T"}}}}\n' },
    ],
  ])('%s', async (_, files) => {
    const plan = await planOf(files);
    for (const [path, text] of Object.entries(files)) expect(newText(plan, path) ?? oldFile(text)).toBe(newFile(text));
  });

  it('and an older run does not take it back', async () => {
    const plan = await planOf({ 'a/values.yaml': BASE, 'env/dev.yaml': 'web: {image: {tag: 1.5.0}}\n' });
    expect(plan.files.map(({ path }) => path)).toEqual(['a/values.yaml']);
    expect(plan.warnings).toEqual([expect.stringContaining('env/dev.yaml has ghcr.io/acme/web at 1.5.0')]);
  });

  it('and the report names that file', async () => {
    const plan = await planOf({ 'a/values.yaml': BASE, 'a/dev.yaml': 'web: {image: {tag: "%T"}}\n' });
    expect(plan.reports).toContain(
      'a/dev.yaml:1: web.image.tag is ghcr.io/acme/web:1.4.1 (override of a/values.yaml:3): changed',
    );
  });
});

describe('a tag without a name stays where', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['the path is another', { 'a/dev.yaml': 'api: {image: {tag: 1.4.1}}\n' }, []],
    ['the chart is another', { 'b/dev.yaml': 'web: {image: {tag: 1.4.1}}\n' }, []],
    ['it names another image', { 'a/dev.yaml': 'web: {image: {repository: ghcr.io/acme/other, tag: 1.4.1}}\n' }, []],
    ['it is in a list', { 'a/dev.yaml': '- {web: {image: {tag: 1.4.1}}}\n' }, []],
    ['the resource has no values', { 'a/dev.yaml': 'kind: X\nweb: {image: {tag: 1.4.1}}\n' }, []],
    [
      'two charts have different images at the path',
      { 'b/values.yaml': BASE.replace('acme/web', 'acme/api'), 'env/dev.yaml': 'web: {image: {tag: 1.4.1}}\n' },
      ['env/dev.yaml:1: web.image.tag (ghcr.io/acme/web) can override images of several charts'],
    ],
  ])('%s', async (_, files, warnings) => {
    const plan = await planOf({ 'a/values.yaml': BASE, ...files });
    expect(plan.files.map(({ path }) => path)).toEqual(['a/values.yaml']);
    expect(plan.warnings).toEqual(warnings.map((warning) => expect.stringContaining(warning)));
  });
});

describe('a registry for all images', () => {
  it.each<[string, Record<string, string>]>([
    [
      'values for production',
      {
        'a/values.yaml': 'i: {repository: acme/web, tag: "%T"}\n',
        'a/prod.yaml': 'global: {imageRegistry: ghcr.io}\n',
      },
    ],
    [
      'a file outside the charts',
      { 'a/values.yaml': 'i: {repository: acme/web, tag: "%T"}\n', 'env/prod.yaml': 'imageRegistry: ghcr.io\n' },
    ],
  ])('can be in %s', async (_, files) => {
    const plan = await planOf(files);
    expect(newText(plan, 'a/values.yaml')).toBe(newFile(files['a/values.yaml'] ?? ''));
  });

  it.each<[string, Record<string, string>]>([
    [
      'of another chart',
      { 'a/values.yaml': 'i: {repository: acme/web, tag: 1}\n', 'b/prod.yaml': 'imageRegistry: ghcr.io\n' },
    ],
    [
      'of another file, where the file has its own',
      {
        'a/values.yaml': 'imageRegistry: r.io\ni: {repository: acme/web, tag: 1}\n',
        'a/prod.yaml': 'imageRegistry: ghcr.io\n',
      },
    ],
  ])('is not that %s', async (_, files) => {
    await expect(planOf(files)).rejects.toThrow('nothing names the image ghcr.io/acme/web');
  });
});
