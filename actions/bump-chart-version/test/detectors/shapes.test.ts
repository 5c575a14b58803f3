import { describe, expect, it } from '@jest/globals';
import { DETECTORS, imagePlaces } from '../../src/detectors/index.ts';
import { readYaml } from '../../src/yaml/source.ts';
import { bytes, image, newText, planFor } from '../helpers.ts';
import { newFile, oldFile, REPOSITORY, SHAPES } from './shapes.ts';

it('has cases for every detector', () => {
  expect(Object.keys(SHAPES).sort()).toEqual(DETECTORS.map(({ name }) => name).sort());
});

describe.each(Object.entries(SHAPES))('the detector of %s', (detector, shapes) => {
  it.each(shapes)('sets the tag and the digest: %s', async (_, text) => {
    const plan = await planFor({ version: 'none', images: image(REPOSITORY) }, oldFile(text));
    expect(newText(plan)).toBe(newFile(text));
  });

  it.each(shapes)('finds the image, and no other detector does: %s', (_, text) => {
    const places = imagePlaces(readYaml('values.yaml', bytes(oldFile(text)))).filter(({ names }) =>
      names.some((name) => name === REPOSITORY),
    );
    expect([...new Set(places.map((place) => place.detector))]).toEqual([detector]);
    expect(places.filter(({ pins }) => pins.length === 0)).toEqual([]);
  });

  it.each(shapes)('changes nothing a second time: %s', async (_, text) => {
    const plan = await planFor({ version: 'none', images: image(REPOSITORY) }, newFile(text));
    expect(plan.files).toEqual([]);
  });

  it.each(shapes)('never goes back to an older version: %s', async (_, text) => {
    const newer = text.replaceAll('%T', '1.5.0');
    const plan = await planFor({ version: 'none', images: image(REPOSITORY) }, oldFile(newer));
    expect(plan.files.length).toBe(newer === text ? 1 : 0);
  });
});

it.each([
  ['a chart in a registry', 'chart: {repository: ghcr.io/acme/web, version: 0.3.0}\n'],
  ['a chart by its registry and name', 'helmChart: {repository: ghcr.io/acme, name: web, version: 0.3.0}\n'],
  ['the name of a chart', 'web: {repository: ghcr.io/acme/web, chart: web, version: 0.3.0}\n'],
  ['a dependency', 'dependencies:\n- {name: web, repository: ghcr.io/acme/web, version: 0.3.0}\n'],
])('the version of a chart is not that of its image: %s', async (_, text) => {
  const own = 'image: {repository: ghcr.io/acme/web, tag: "%T", digest: "%D"}\n';
  const plan = await planFor({ version: 'none', images: image(REPOSITORY) }, oldFile(own + text));
  expect(newText(plan)).toBe(newFile(own) + text);
  expect(plan.warnings).toEqual([]);
});
