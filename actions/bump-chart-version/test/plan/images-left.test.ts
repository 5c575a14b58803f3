import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { image, newText, OLD_DIGEST, planFor } from '../helpers.ts';

const WEB = 'ghcr.io/acme/web';
const plan = (values: string, more: Record<string, string> = {}): Promise<Plan> =>
  planFor({ version: 'none', images: image(WEB), ...more }, values);

/** A place that is set, so that the others decide nothing. */
const SET = `set: {repository: ${WEB}, tag: 1.4.1, digest: ""}\n`;

describe('a place that names an image and cannot be set', () => {
  it.each([
    [
      'a command line',
      'run: docker run ghcr.io/acme/web:1.4.1 migrate\n',
      'values.yaml:2: this text names ghcr.io/acme/web',
    ],
    ['a command line with Docker Hub', 'run: docker run acme/web:1.4.1\n', undefined],
    [
      'a block of text',
      'values: >\n  a: b\n\n  repository: ghcr.io/acme/web\n\n  tag: 1.4.1\n',
      'values.yaml:5: this text names ghcr.io/acme/web',
    ],
    [
      'a block with a reference',
      'script: |\n  run ghcr.io/acme/web@sha256:0 x\n',
      'values.yaml:3: this text names ghcr.io/acme/web',
    ],
    ['a template', 'image: "ghcr.io/acme/web:{{ .Values.tag }}"\n', 'values.yaml:2: this text names ghcr.io/acme/web'],
    [
      'a template as the tag',
      'a: {repository: ghcr.io/acme/web, tag: "{{ .tag }}"}\n',
      'values.yaml:2: a (ghcr.io/acme/web) has the template "{{ .tag }}"',
    ],
    [
      'an annotation',
      'annotations: {x.io/images: "web=ghcr.io/acme/web:1.x"}\n',
      'values.yaml:2: this text names ghcr.io/acme/web',
    ],
    [
      'neither tag nor digest',
      'a: {repository: ghcr.io/acme/web}\n',
      'values.yaml:2: a (ghcr.io/acme/web) has neither tag nor digest',
    ],
    [
      'a reference with neither',
      'image: ghcr.io/acme/web\n',
      'values.yaml:2: image (ghcr.io/acme/web) has neither tag nor digest',
    ],
    ['a key', 'tags: {ghcr.io/acme/web: 1.4.1}\n', 'values.yaml:2: this text names ghcr.io/acme/web'],
    ['a key with its tag', 'sizes: {"ghcr.io/acme/web:1.4.1": 20}\n', 'values.yaml:2: this text names'],
    ['a key above the tag', 'pins:\n  ghcr.io/acme/web:\n    tag: 1.4.1\n', 'values.yaml:3: this text names'],
    ['a name in another key', 'a:\n  url: ghcr.io/acme/web\n  tag: 1.4.1\n', 'values.yaml:3: this text names'],
    [
      'a name beside a digest',
      `a: {ref: ghcr.io/acme/web, digest: "${OLD_DIGEST}"}\n`,
      'values.yaml:2: this text names',
    ],
    ['imageVersion', 'a: {imageName: ghcr.io/acme/web, imageVersion: 1.4.1}\n', 'values.yaml:2: this text names'],
    ['a key that pins nothing', 'mirrors: {ghcr.io/acme/web: true, x: {ghcr.io/acme/web: {tags: []}}}\n', undefined],
    ['a name beside the tag of another', 'a: {repository: r.io/x, tag: 1, mirror: ghcr.io/acme/web}\n', undefined],
    ['a list of allowed repositories', 'allowed: [ghcr.io/acme/web, "https://ghcr.io/acme/web:443/x"]\n', undefined],
    ['another image with the same beginning', 'run: x ghcr.io/acme/web-admin:1\n', undefined],
  ])('is a warning with its line beside others that are set: %s', async (_, text, warning) => {
    const { warnings, ...rest } = await plan(SET + text);
    expect(newText({ warnings, ...rest })?.slice(-text.length)).toBe(text);
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
  });

  it.each([
    ['a template as the tag', 'a: {repository: ghcr.io/acme/web, tag: "{{ .tag }}"}\n', 'has the template'],
    ['a block of text', 'script: |\n  run ghcr.io/acme/web:1.4.1 x\n', 'nothing names the image ghcr.io/acme/web'],
    ['a block of text, with its line', 'script: |\n  run ghcr.io/acme/web:1.4.1 x\n', 'values.yaml:2: this text names'],
    ['a command line', 'run: x ghcr.io/acme/web:1.4.1\n', 'values.yaml:1: this text names'],
  ])('is an error when nothing else is set: %s', async (_, text, problem) => {
    await expect(plan(text)).rejects.toThrow(problem);
  });

  it.each([
    [
      'a reference in a block scalar',
      'image: >-\n  ghcr.io/acme/web:1.4.1\n',
      'values.yaml:2: image is a block scalar',
    ],
    ['a tag that is an alias', 't: &t "1.4.1"\nb: {repository: ghcr.io/acme/web, tag: *t}\n', 'b.tag is the alias *t'],
    [
      'a reference that is an alias of another text',
      'x: &x web:1.4.1\nregistry: ghcr.io/acme\nimage: *x\n',
      'image is the alias *x',
    ],
  ])('is an error where its new value is known: %s', async (_, text, problem) => {
    await expect(plan(SET + text)).rejects.toThrow(problem);
  });
});

it('the registry that matches decides where several images have one path', async () => {
  const images = JSON.stringify([JSON.parse(image('docker.io/acme/web', ['1.0.0']))[0], JSON.parse(image(WEB))[0]]);
  const values =
    'global: {imageRegistry: ghcr.io}\na: {repository: acme/web, tag: x}\n---\nb: {repository: acme/web, tag: x}\n';
  expect(newText(await plan(values, { images }))).toBe(
    values.replace('tag: x', 'tag: 1.4.2').replace('tag: x', 'tag: 1.0.0'),
  );
});

it('what is found is reported with the detector and the reason', async () => {
  const values = `a: {repository: ${WEB}, tag: 1.4.1, digest: ${OLD_DIGEST}}\nb: {repository: ${WEB}}\nimage: r.io/api:2\nlast: {repository: ${WEB}, tag: 1.4.2}\n`;
  expect((await plan(values)).reports).toEqual([
    `helm/shop/values.yaml:1: a is ${WEB}:1.4.1@${OLD_DIGEST} (repository and tag): changed`,
    expect.stringMatching(/values.yaml:2: b is .*: not changed: .* has neither tag nor digest/),
    'helm/shop/values.yaml:3: image is r.io/api:2 (reference): not one of the images',
    `helm/shop/values.yaml:4: last is ${WEB}:1.4.2 (repository and tag): has these values already`,
  ]);
  const newer = await plan(`a: {repository: ${WEB}, tag: 1.5.0, digest: ""}\n`);
  expect(newer.reports).toEqual([expect.stringContaining('but this is left alone')]);
});
