import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { DIGEST, image, newText, OLD_DIGEST, planFor } from '../helpers.ts';

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
  ])('recognizes %s and %s as one image', async (repository, written) => {
    expect(newText(await images(`i: {repository: ${written}, tag: x}\n`, repository))).toContain('tag: 1.4.2');
  });

  it.each([
    ['r.io/web', 'web'],
    ['localhost/web', 'web'],
    ['r.io/web', 'r.io/web2'],
    ['r.io/a/web', 'r.io/b/web'],
  ])('distinguishes %s from %s', async (repository, written) => {
    await expect(images(`i: {repository: ${written}, tag: x}\n`, repository)).rejects.toThrow(
      'nothing names the image',
    );
  });

  it.each([
    ['docker.io/acme/web', 'quay.io', 'acme/web'],
    ['r.io/acme/web', 'quay.io', 'r.io/acme/web'],
  ])(
    'distinguishes %s from the image with the registry %s and the repository %s',
    async (image, registry, repository) => {
      const values = `i: {registry: ${registry}, repository: ${repository}, tag: x}\n`;
      await expect(images(values, image)).rejects.toThrow(`i is ${registry}/${repository}`);
    },
  );

  it('changes every mapping of the image, and no others', async () => {
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
  ])('of the tags %j, %s is chosen', async (tags, expected) => {
    const plan = await planFor(
      { version: 'none', images: image('r.io/web', tags) },
      'i: {repository: r.io/web, tag: "x"}\n',
    );
    expect(newText(plan)).toBe(`i: {repository: r.io/web, tag: "${expected}"}\n`);
  });

  it('quotes a tag that YAML would read as a number', async () => {
    const plan = await planFor(
      { version: 'none', images: image('r.io/web', ['12345e10']) },
      'i:\n  repository: r.io/web\n  tag: 1234567\n',
    );
    expect(newText(plan)).toBe('i:\n  repository: r.io/web\n  tag: "12345e10"\n');
  });

  it('with a tag and no digest are pinned by tag, with a warning; create adds the digest', async () => {
    const values = 'i:\n  repository: r.io/web\n  tag: x # t\n  pullPolicy: Always\n';
    const plan = await images(values, 'r.io/web');
    expect(newText(plan)).toBe(values.replace('x', '1.4.2'));
    expect(plan.warnings).toEqual([expect.stringContaining('has no digest')]);
    expect(newText(await images(values, 'r.io/web', { create: 'true' }))).toBe(
      `i:\n  repository: r.io/web\n  tag: 1.4.2 # t\n  digest: ${DIGEST}\n  pullPolicy: Always\n`,
    );
  });

  it('that are given twice cause one warning', async () => {
    const [one] = JSON.parse(image('r.io/web'));
    const values = 'i: {repository: r.io/web, tag: x}\n';
    const plan = await planFor({ version: 'none', images: JSON.stringify([one, one]) }, values);
    expect(plan.warnings).toEqual([expect.stringContaining('has no digest')]);
  });

  it('with only a digest get the digest', async () => {
    expect(newText(await images(`i: {repository: r.io/web, digest: ${OLD_DIGEST}}\n`, 'r.io/web'))).toBe(
      `i: {repository: r.io/web, digest: ${DIGEST}}\n`,
    );
  });

  it('with neither are an error, unless both may be added', async () => {
    await expect(images('i:\n  repository: r.io/web\n', 'r.io/web')).rejects.toThrow('has neither tag nor digest');
    expect(newText(await images('i:\n  repository: r.io/web\n', 'r.io/web', { create: 'true' }))).toBe(
      `i:\n  repository: r.io/web\n  tag: 1.4.2\n  digest: ${DIGEST}\n`,
    );
  });

  it('without tags keep the old tag, with a warning', async () => {
    const plan = await planFor(
      { version: 'none', images: image('r.io/web', []) },
      `i: {repository: r.io/web, tag: x, digest: ""}\n`,
    );
    expect(newText(plan)).toBe(`i: {repository: r.io/web, tag: x, digest: "${DIGEST}"}\n`);
    expect(plan.warnings).toEqual([expect.stringContaining('the tag stays x')]);
  });

  it('that match nothing are an error that lists the mappings', async () => {
    const values = 'web:\n  image:\n    registry: staging.io\n    repository: shop/web\n    tag: x\n';
    const failure = images(values, 'r.io/shop/web');
    await expect(failure).rejects.toThrow(
      'nothing names the image r.io/shop/web; the images are\n  helm/shop/values.yaml:3: web.image is staging.io/shop/web',
    );
    await expect(failure).rejects.toThrow('shop/web exists with another registry');
    await expect(images('a: b\n', 'r.io/web')).rejects.toThrow('no image is named in helm/shop/values.yaml');
  });

  it('whose tag is an alias need a change of the anchor, and no more than that', async () => {
    const values = 'tag: &t "1"\nweb:\n  repository: r.io/web\n  tag: *t\n';
    await expect(images(values, 'r.io/web')).rejects.toThrow('web.tag is the alias *t');
    const plan = await images(values, 'r.io/web', { values: 'tag=1.4.2' });
    expect(newText(plan)).toBe(values.replace('"1"', '"1.4.2"'));
  });

  it('that conflict with values are an error', async () => {
    const values = 'i: {repository: r.io/web, tag: x}\n';
    await expect(images(values, 'r.io/web', { values: 'i.tag=y' })).rejects.toThrow(
      'conflicting values for i.tag: "y" and "1.4.2"',
    );
  });
});
