import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { problemsOf, read, readImage, useWorkspace, workspace } from './read-inputs.ts';

useWorkspace();

describe('images', () => {
  it('may be one mapping or a list', async () => {
    const one = await read({ images: '{ name: web, context: web }' });
    const two = await read({ images: '- { name: web, context: web }\n- { name: api, context: api }' });
    expect(one.images.map(({ name }) => String(name))).toEqual(['web']);
    expect(two.images.map(({ name }) => String(name))).toEqual(['web', 'api']);
  });

  it('are named in lower case, with a notice', async () => {
    const settings = await read({ images: '{ name: Shop/Web, context: web }', registry: 'GHCR.io/Org' });
    expect([settings.images[0]?.name, settings.registry]).toEqual(['shop/web', 'ghcr.io/org']);
    expect(settings.notices).toHaveLength(2);
  });

  it.each<[string, string]>([
    ['{ name: web, context: web }', 'web/Dockerfile'],
    ['{ name: web, context: web, file: web/Dockerfile.prod }', 'web/Dockerfile.prod'],
    ['{ name: web, context: web, file: Dockerfile.prod }', 'web/Dockerfile.prod'],
    ['{ name: web, context: web, file: Dockerfile }', 'Dockerfile'],
    ['{ name: web }', 'Dockerfile'],
  ])('%s has the Dockerfile %s', async (text, file) => {
    expect((await readImage(text))?.file).toBe(join(workspace, file));
  });

  it.each<[string, string]>([
    ['{ name: web, context: nowhere }', 'has a context that does not exist'],
    ['{ name: web, context: web/Dockerfile }', 'has a context that is not a directory'],
    ['{ name: web, context: ../.. }', 'has a context that is outside the workspace'],
    ['{ name: web, context: out/tmp }', 'has a context that leads out of the workspace (a link)'],
    ['{ name: web, context: web, file: none }', 'has a Dockerfile that does not exist'],
    ['{ name: web, context: web, file: /etc/passwd }', 'has a Dockerfile that is outside the workspace'],
    ['{ name: web, context: web, file: out/etc/passwd }', 'has a Dockerfile that leads out of the workspace (a link)'],
    ['{ context: web }', 'has no name'],
    ['{ name: web, context: web, dockerfile: x }', 'has the unknown key "dockerfile"'],
    ['{ name: web, context: web, build-args: [A] }', 'has invalid build-args: it has "A", which is not KEY=VALUE'],
    [
      '{ name: web, context: web, build-args: { A: [1] } }',
      'has invalid build-args: it has a value for "A" that is not a string',
    ],
    ['{ name: web, context: web, labels: { "a b": x } }', 'has a space or "=" in its key'],
    [
      '{ name: web, context: web, platforms: [linux] }',
      'has invalid platforms: it has "linux", which is not a platform',
    ],
    ['{ name: web, context: web, secrets: [npm] }', 'has invalid secrets: it has "npm", which is neither'],
    ['{ name: web, context: web, secrets: 7 }', 'has invalid secrets: it'],
    ['{ name: web, context: [web] }', 'has a list as context; `context` must be a string'],
    ['- web', 'has a string as item 1, not a mapping'],
    ['[{ name: web, context: web }, null]', 'has nothing as item 2, not a mapping'],
    ['[]', 'is an empty list'],
    [
      '[{ name: web, context: web }, { name: WEB, context: web }]',
      'has the name of images (item 1, web); give it another name',
    ],
    ['{ name: [', 'is not YAML'],
    [
      '- { name: web, context: web }\n---\n- { name: api, context: web }',
      'is not YAML: Source contains multiple documents',
    ],
    ['{ name: web, context: web, build-args: A }', 'has invalid build-args: it has "A", which is not KEY=VALUE'],
  ])('%s is rejected', async (text, problem) => {
    expect((await problemsOf({ images: text })).map(({ problem }) => problem).join('\n')).toContain(problem);
  });

  it.each<[string, string, string, string]>([
    ['{ name: [web] }', 'images (item 1)', 'has a list as name; `name` must be a string', 'name: shop/web'],
    ['{ name: "a:b@c/d" }', 'images (item 1)', 'has an invalid name: it is not an image name', 'name: shop/web'],
    [
      '{ name: Web, context: nowhere }',
      'images (item 1, web)',
      'has a context that does not exist',
      'context: app/web',
    ],
    ['[{ name: a }, { name: b, target: {} }]', 'images (item 2, b)', 'has a mapping as target', 'target: production'],
    ['{ name: a, platforms: linux }', 'images (item 1, a)', 'has invalid platforms', 'platforms: [linux/amd64'],
    ['{ name: a, build-args: [A] }', 'images (item 1, a)', 'has invalid build-args', 'build-args: { NODE_VERSION'],
    ['{ name: a, labels: [A] }', 'images (item 1, a)', 'has invalid labels', 'labels: { org.opencontainers'],
    ['{ name: a, annotations: [A] }', 'images (item 1, a)', 'has invalid annotations', 'annotations: { "index:org'],
    ['{ name: a, secrets: [A] }', 'images (item 1, a)', 'has invalid secrets', 'secrets: { npm: "env:NPM_TOKEN"'],
    [
      '{ name: a, secrets: { npm: "env:NONE" } }',
      'images (item 1, a)',
      'has the secret "npm", which is missing: environment variable NONE is unset or empty',
      'secrets: { npm: "env:NPM_TOKEN" }',
    ],
    [
      '{ name: a, dockerfile: x }',
      'images (item 1, a)',
      'unknown key "dockerfile"; did you mean file?',
      'file: app/web',
    ],
    ['{ name: a, build_args: [A=b] }', 'images (item 1, a)', 'did you mean build-args?', 'build-args: {'],
    ['{ name: a, platfroms: x }', 'images (item 1, a)', 'did you mean platforms?', 'platforms: ['],
    [
      '{ name: a, push: x }',
      'images (item 1, a)',
      'unknown key "push"; the keys are name, context,',
      'context: app/web',
    ],
    ['[{ name: a }, { name: A }]', 'images (item 2, a)', 'has the name of images (item 1, a)', 'tag-suffix: -debug'],
    [
      '[{ name: a, tag-suffix: -x }, { name: a, tag-suffix: -x }]',
      'images (item 2, a)',
      'has the name of images (item 1, a)',
      'tag-suffix: -debug',
    ],
    ['{ name: a, tag-suffix: "/x" }', 'images (item 1, a)', 'is not the end of a tag', 'tag-suffix: -debug'],
    ['{ name: a, tag-prefix: "-x" }', 'images (item 1, a)', 'is not the beginning of a tag', 'tag-prefix: web-'],
    ['{ name: a, tags: [sha, bogus] }', 'images (item 1, a)', 'has "bogus", which is not one of sha', 'tags: [sha'],
  ])('%s is rejected with the item, the key and an example for the key', async (text, input, problem, example) => {
    expect(await problemsOf({ images: text })).toEqual([
      expect.objectContaining({
        input,
        problem: expect.stringContaining(problem),
        example: expect.stringContaining(example),
      }),
    ]);
  });

  it('have valid examples in their errors', async () => {
    const wrong =
      '{ name: { }, context: [], file: [], target: [], platforms: x, build-args: [x], labels: [x], annotations: [x], secrets: [x] }';
    const examples = (await problemsOf({ images: wrong })).map(({ example }) => example);
    expect(examples.map((example) => example?.split(':')[0])).toEqual([
      ...['name', 'context', 'file', 'target', 'platforms', 'build-args', 'labels', 'annotations', 'secrets'],
    ]);
    // Except for the paths in the examples, which do not exist.
    const missing = await problemsOf({ images: examples.join('\n') }, { NPM_TOKEN: 'x' });
    expect(missing.map(({ problem }) => problem)).toEqual([
      'has a context that does not exist',
      'has a Dockerfile that does not exist',
    ]);
  });

  it('inherit the settings for all images, and can override them', async () => {
    const found = await readImage(
      '{ name: web, context: web, build-args: { A: own, C: 3 }, labels: [x=own], platforms: linux/arm64, secrets: { npm: "env:OTHER" } }',
      {
        'build-args': 'A=all\nB=2',
        labels: 'x=all\ny=1',
        platforms: 'linux/amd64\nlinux/arm/v7',
        secrets: 'npm=env:NPM\nrc=file:.npmrc',
      },
      { NPM: 'a', OTHER: 'b' },
    );
    expect(Object.fromEntries(found?.buildArgs ?? [])).toEqual({ A: 'own', B: '2', C: '3' });
    expect(Object.fromEntries(found?.labels ?? [])).toEqual({ x: 'own', y: '1' });
    expect(found?.platforms).toEqual(['linux/arm64']);
    expect(found?.secrets).toEqual([
      { id: 'npm', from: { env: 'OTHER' } },
      { id: 'rc', from: { file: join(workspace, '.npmrc') } },
    ]);
  });

  it('accept one KEY=VALUE per line, as the inputs for all images do', async () => {
    const found = await readImage('name: web\ncontext: web\nbuild-args: |\n  A=1\n\n  B=x=y\nlabels: a=b');
    expect(Object.fromEntries(found?.buildArgs ?? [])).toEqual({ A: '1', B: 'x=y' });
    expect(Object.fromEntries(found?.labels ?? [])).toEqual({ a: 'b' });
  });

  it('also accept platforms with commas', async () => {
    expect(
      (await readImage('{ name: web, context: web }', { platforms: 'linux/amd64, linux/ARM64/v8' }))?.platforms,
    ).toEqual(['linux/amd64', 'linux/arm64']);
  });
});
