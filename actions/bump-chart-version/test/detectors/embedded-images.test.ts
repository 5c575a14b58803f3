import { describe, expect, it } from '@jest/globals';
import { makePlan, type Plan } from '../../src/plan/plan.ts';
import { CHART, filesOf, image, newText, planFor, settings } from '../helpers.ts';
import { newFile, oldFile, REPOSITORY, SHAPES } from './shapes.ts';

const plan = (values: string, more: Record<string, string> = {}): Promise<Plan> =>
  planFor({ version: 'none', images: image(REPOSITORY), ...more }, values);

/** A file as a block scalar of another. */
const embed = (text: string): string =>
  `kind: Application\nspec: # é 🚀\n  source:\n    helm:\n      values: |  # values\n${text.replaceAll(/^(?=.)/gm, '        ')}    path: x\n`;

const TEXTS = Object.values(SHAPES)
  .flat()
  .filter(([, text]) => !/^---$/m.test(text));

describe('an image in a block scalar', () => {
  it.each(TEXTS)('is set like one in a file: %s', async (_, text) => {
    expect(newText(await plan(oldFile(embed(text))))).toBe(newFile(embed(text)));
  });

  it('is reported with its line and its path', async () => {
    const { reports } = await plan(oldFile(embed('a: b\nimage: ghcr.io/acme/web:%T\n')));
    expect(reports).toEqual([
      'helm/shop/values.yaml:7: spec.source.helm.values|image is ghcr.io/acme/web:1.4.1 (reference): changed',
    ]);
  });

  it('gets a digest with create', async () => {
    const text = embed('image:\n  repository: ghcr.io/acme/web\n  tag: %T\n  x: y\n');
    expect(newText(await plan(oldFile(text), { create: 'true' }))).toBe(
      newFile(text.replace('tag: %T\n', 'tag: %T\n          digest: %D\n')),
    );
  });

  it('with nothing but a tag overrides that of the chart', async () => {
    const request = await settings({
      version: 'none',
      images: image(REPOSITORY),
      'values-files': 'values.yaml\napps/web.yaml',
    });
    const files = {
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': 'image: {repository: ghcr.io/acme/web, tag: %T, digest: ""}\n',
      'apps/web.yaml': embed('image: {tag: %T}\n'),
    };
    const changed = makePlan(
      request,
      filesOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, oldFile(text)]))),
    );
    expect(newText(changed, 'apps/web.yaml')).toBe(newFile(files['apps/web.yaml']));
  });

  it('is a warning where the rest of the text is not YAML', async () => {
    const script =
      'image: {repository: ghcr.io/acme/web, tag: 1.4.1, digest: ""}\nrun: |\n  if true; then\n    docker run ghcr.io/acme/web:1.4.1\n  fi: [\n';
    expect((await plan(script)).warnings).toEqual([expect.stringContaining('values.yaml:4: this text names')]);
    const command =
      'image: {repository: ghcr.io/acme/web, tag: 1.4.1, digest: ""}\nx: |\n  run: docker run ghcr.io/acme/web:1.4.1\n';
    expect((await plan(command)).warnings).toEqual([expect.stringContaining('values.yaml:3: this text names')]);
  });
});

describe('the list of images for Artifact Hub', () => {
  const LISTED = `${CHART}annotations:\n  artifacthub.io/images: |\n    - name: web\n      image: ghcr.io/acme/web:%T # the service\n    - name: api\n      image: ghcr.io/acme/api:%T\n  other: |\n    image: ghcr.io/acme/web:1.4.1\n`;
  const VALUES = 'image: {repository: ghcr.io/acme/web, tag: 1.4.1, digest: ""}\n';
  const planned = (values: string, inputs: Record<string, string> = {}): Promise<Plan> =>
    planFor({ version: 'none', images: image(REPOSITORY), ...inputs }, values, {
      'helm/shop/Chart.yaml': oldFile(LISTED),
    });

  it('follows, in the same Chart.yaml as the version, without a warning', async () => {
    const { warnings, ...rest } = await planned(VALUES, { version: '1.4.2' });
    expect(newText({ warnings, ...rest }, 'helm/shop/Chart.yaml')).toBe(
      LISTED.replace('%T', '1.4.2').replace('%T', '1.4.1').replaceAll('1.0.0', '1.4.2'),
    );
    expect(warnings).toEqual([]);
    expect(rest.images).toHaveLength(1);
  });

  it('does not count as a place that runs the image', async () => {
    await expect(planned('a: b\n')).rejects.toThrow('nothing names the image ghcr.io/acme/web');
  });

  it('stays when the chart is newer', async () => {
    const { files } = await planned(VALUES.replace('1.4.1', '1.5.0'));
    expect(files).toEqual([]);
  });
});
