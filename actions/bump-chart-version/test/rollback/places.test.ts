import { describe, expect, it } from '@jest/globals';
import { chart, Scene } from './scene.ts';

const [OLD, NEW] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
const hex = (digest: string): string => digest.slice('sha256:'.length);

/** The values.yaml after a rollback from one text to another, and the warnings. */
async function rollBack(
  old: string,
  now: string,
  inputs: Record<string, string> = {},
): Promise<{ text: string; warnings: string[] }> {
  const scene = new Scene({ 'helm/shop/Chart.yaml': chart('1.0.0'), 'helm/shop/values.yaml': old });
  const first = scene.repository.head().oid;
  scene.repository.push('main', { 'helm/shop/values.yaml': now }, 'newer');
  const { plan } = await scene.rollBack(first, inputs);
  return { text: scene.text(), warnings: plan.warnings };
}

describe('a rollback gives each pin the text that it had', () => {
  it.each([
    ['in a tag', 'image: {repository: r.io/web, tag: 1.4.%}\n'],
    ['in a tag and a digest', 'image: {repository: r.io/web, tag: "1.4.%", digest: "@"}\n'],
    ['in hex digits', 'image: {repository: r.io/web, tag: 1.4.%, sha: #}\n'],
    ['in a tag with a digest', 'image: {repository: r.io/web, tag: "1.4.%@@"}\n'],
    ['in a reference', "image: 'r.io/web:1.4.%@@' # why\n"],
    ['with a prefix', 'webImage: r.io/web\nwebTag: 1.4.%\n'],
    [
      'in containers',
      'spec:\n  containers:\n    - {name: web, image: "r.io/web:1.4.%"}\n    - {name: api, image: "r.io/api:2.0.%"}\n',
    ],
    ['of kustomize', 'images:\n  - name: web\n    newName: r.io/web\n    newTag: 1.4.%\n    digest: "@"\n'],
    [
      'in parameters',
      'parameters:\n  - {name: image.repository, value: r.io/web}\n  - {name: image.tag, value: 1.4.%}\n',
    ],
    [
      'that an alias follows',
      'image: {repository: r.io/web, tag: &tag 1.4.%}\nother: {repository: r.io/api, tag: *tag}\n',
    ],
    ['in a block scalar', 'spec:\n  values: |\n    image: {repository: r.io/web, tag: 1.4.%}\n'],
    ['that looks like a number', 'image: {repository: r.io/web, tag: "1.4%"}\n'],
    ['in several documents', 'image: r.io/web:1.4.%\n---\nimage: r.io/web:1.3.%\n'],
  ])('%s', async (_, shape) => {
    const at = (patch: string, digest: string): string =>
      shape
        .replaceAll('@@', `@${digest}`)
        .replaceAll('"@"', `"${digest}"`)
        .replaceAll('#}', `${hex(digest)}}`)
        .replaceAll('%', patch);
    expect(await rollBack(at('1', OLD), at('2', NEW))).toEqual({ text: at('1', OLD), warnings: [] });
  });

  it('but not through an alias whose anchor names no image', async () => {
    const at = (tag: string): string => `a: &tag ${tag}\nimage: {repository: r.io/web, tag: *tag}\n`;
    await expect(rollBack(at('1.4.1'), at('1.4.2'))).rejects.toMatchObject({
      why: expect.stringContaining('is the alias *tag'),
    });
  });

  it.each([
    ['an empty tag', 'image: {repository: r.io/web, tag: ""}\n', 'image: {repository: r.io/web, tag: "1.4.2"}\n'],
    [
      'an empty digest',
      'image: {repository: r.io/web, tag: 1.4.1, digest: ""}\n',
      `image: {repository: r.io/web, tag: 1.4.2, digest: "${NEW}"}\n`,
    ],
  ])('also %s', async (_, old, now) => {
    expect((await rollBack(old, now)).text).toBe(old);
  });
});

describe('a rollback finds the place of an image', () => {
  const item = (name: string, tag: string): string => `  - {repository: r.io/${name}, tag: ${tag}}\n`;

  it('that has moved in its list', async () => {
    const { text, warnings } = await rollBack(
      `images:\n${item('web', '1.4.1')}${item('api', '2.0.1')}`,
      `images:\n${item('new', '3.0.2')}${item('api', '2.0.2')}${item('web', '1.4.2')}`,
    );
    expect(text).toBe(`images:\n${item('new', '3.0.2')}${item('api', '2.0.1')}${item('web', '1.4.1')}`);
    expect(warnings).toEqual([
      expect.stringMatching(
        /values.yaml:2: images\[0\] \(r.io\/new\) does not exist at the commit \w{12} and is not changed/,
      ),
    ]);
  });

  it.each([
    ['has another name now', 'image: r.io/web:1.4.1\n', 'image: q.io/web:1.4.2\n'],
    ['has another path now', 'image: r.io/web:1.4.1\n', 'web: {image: "r.io/web:1.4.2"}\n'],
    [
      'stood at several places with different tags',
      `images:\n${item('web', '1.4.1')}${item('web', '1.4.0')}`,
      `images:\n  - {x: y}\n  - {x: y}\n${item('web', '1.4.2')}`,
    ],
    [
      'has a template now',
      'image: r.io/web:1.4.1\n',
      'image: "r.io/web:1.4.2"\nmore: {image: {repository: r.io/web, tag: "{{ .x }}"}}\n',
    ],
  ])('and leaves one alone, with a warning, that %s', async (_, old, now) => {
    const { text, warnings } = await rollBack(old, now);
    expect(text.replace('"r.io/web:1.4.1"', '"r.io/web:1.4.2"')).toBe(now);
    expect(warnings).toEqual([expect.stringContaining('is not changed')]);
  });

  it('in the form that the file has now, with a warning where something is lost', async () => {
    const old = `image: {repository: r.io/web, tag: 1.4.1, digest: "${OLD}"}\n`;
    const rows: [string, string, RegExp | undefined][] = [
      [
        `image: {repository: r.io/web, tag: "1.4.2@${NEW}"}\n`,
        `image: {repository: r.io/web, tag: "1.4.1"}\n`,
        /was :1.4.1@sha256:a+, and becomes :1.4.1, because/,
      ],
      [
        `image: {repository: r.io/web, tag: 1.4.2, sha: ${hex(NEW)}}\n`,
        `image: {repository: r.io/web, tag: 1.4.1, sha: ${hex(OLD)}}\n`,
        undefined,
      ],
      [
        'image: {repository: r.io/web, tag: 1.4.2}\n',
        'image: {repository: r.io/web, tag: 1.4.1}\n',
        /and becomes :1.4.1, because/,
      ],
    ];
    for (const [now, expected, warning] of rows) {
      const { text, warnings } = await rollBack(old, now);
      expect(text).toBe(expected);
      expect(warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
    }
  });

  it('and removes a digest that it did not have: the new digest would win over the old tag', async () => {
    const { text, warnings } = await rollBack(
      'image: {repository: r.io/web, tag: 1.4.1}\n',
      `image: {repository: r.io/web, tag: 1.4.2, digest: "${NEW}"}\n`,
    );
    expect(text).toBe('image: {repository: r.io/web, tag: 1.4.1, digest: ""}\n');
    expect(warnings).toEqual([expect.stringContaining('its digest is removed and only its tag pins it')]);
  });

  it('in the list of images of Chart.yaml too', async () => {
    const listing = (tag: string): string =>
      `${chart('1.0.0')}annotations:\n  artifacthub.io/images: |\n    - {name: web, image: "r.io/web:${tag}"}\n`;
    const files = (tag: string) => ({
      'helm/shop/Chart.yaml': listing(tag),
      'helm/shop/values.yaml': `image: r.io/web:${tag}\n`,
    });
    const scene = new Scene(files('1.4.1'));
    const first = scene.repository.head().oid;
    scene.repository.push('main', files('1.4.2'), 'newer');
    await scene.rollBack(first);
    expect(scene.text('helm/shop/Chart.yaml')).toBe(listing('1.4.1'));
    expect(scene.repository.head().message.match(/^Rolled-Back: /gm)).toHaveLength(1);
  });

  it('and warns of text that names it', async () => {
    const at = (tag: string): string => `image: r.io/web:${tag}\ncommand: run r.io/web:1.4.2 now\n`;
    const { text, warnings } = await rollBack(at('1.4.1'), at('1.4.2'));
    expect(text).toBe(at('1.4.1'));
    expect(warnings).toEqual([
      'helm/shop/values.yaml:2: this text names r.io/web and is not changed; it can still name another version',
    ]);
  });

  it('whose name is in the values of the chart, in the file of an environment', async () => {
    const files = (tag: string) => ({
      'helm/shop/Chart.yaml': chart('1.0.0'),
      'helm/shop/values.yaml': 'image: {repository: r.io/web, tag: 1.0.0}\n',
      'helm/shop/values-production.yaml': `image: {tag: ${tag}}\n`,
    });
    const scene = new Scene(files('1.4.1'));
    const first = scene.repository.head().oid;
    scene.repository.push('main', files('1.4.2'), 'newer');
    await scene.rollBack(first, { 'values-files': 'values-production.yaml' });
    expect(scene.text('helm/shop/values-production.yaml')).toBe('image: {tag: 1.4.1}\n');
    expect(scene.repository.head().message).toContain(
      'Rolled-Back: helm/shop/values-production.yaml r.io/web:1.4.2 (now :1.4.1)',
    );
  });

  it('in every file of the input, also where the file did not exist', async () => {
    const { warnings } = await rollBack('image: r.io/web:1.4.1\n', 'image: r.io/web:1.4.2\n', {
      'values-files': 'values.yaml\nChart.yaml',
    });
    expect(warnings).toEqual([]);
    const scene = new Scene({
      'helm/shop/Chart.yaml': chart('1.0.0'),
      'helm/shop/values.yaml': 'image: r.io/web:1.4.1\n',
    });
    const first = scene.repository.head().oid;
    scene.repository.push(
      'main',
      { 'helm/shop/values.yaml': 'image: r.io/web:1.4.2\n', 'env/prod.yaml': 'image: r.io/web:1.4.2\n' },
      'newer',
    );
    const { plan } = await scene.rollBack(first, { 'values-files': 'values.yaml\nenv/prod.yaml' });
    expect(scene.text()).toBe('image: r.io/web:1.4.1\n');
    expect(scene.text('env/prod.yaml')).toBe('image: r.io/web:1.4.2\n');
    expect(plan.warnings).toEqual([
      expect.stringContaining('env/prod.yaml:1: image (r.io/web) does not exist at the commit'),
    ]);
  });
});
