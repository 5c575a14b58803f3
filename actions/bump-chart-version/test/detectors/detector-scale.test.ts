import { expect, it } from '@jest/globals';
import { growth, MAX_LINEAR } from '../../../lib/test/growth.ts';
import { imagePlaces } from '../../src/detectors/index.ts';
import { mentionsIn } from '../../src/detectors/mentions.ts';
import { overrides } from '../../src/detectors/overrides.ts';
import { parseDigestText, parseReference, readPin } from '../../src/detectors/pin-text.ts';
import { readYaml } from '../../src/yaml/source.ts';
import { bytes, OLD_DIGEST } from '../helpers.ts';

const lines = (size: number, line: (index: number) => string): string =>
  Array.from({ length: size }, (_, index) => line(index)).join('');

it.each([
  ['keys with prefixes', (size: number) => lines(size, (i) => `x${i}Image: r.io/x${i}\nx${i}Tag: "1"\n`)],
  ['repositories with prefixes', (size: number) => lines(size, (i) => `x${i}Repository: r.io/x${i}\nx${i}Tag: "1"\n`)],
  ['digests beside an image', (size: number) => `image: r.io/x:1\n${lines(size, (i) => `k${i}: ${OLD_DIGEST}\n`)}`],
  ['a list of references', (size: number) => `images:\n${lines(size, (i) => `- r.io/x${i}:1\n`)}`],
  ['parameters', (size: number) => `p:\n${lines(size, (i) => `- {name: x${i}.repository, value: r.io/x}\n`)}`],
  ['one long block of text', (size: number) => `text: |\n${lines(size, (i) => `  r.io/x${i}/${'a'.repeat(20)}\n`)}`],
])('the images of a file with %s are found in linear time', async (_, write) => {
  const find = (size: number) => {
    const file = readYaml('values.yaml', bytes(write(size)));
    return () => mentionsIn({ file, places: imagePlaces(file) }, [], new Set());
  };
  expect(await growth(find, 200)).toBeLessThan(MAX_LINEAR);
});

it.each(['a/', ':a', '=', 'f'])('a text of many %j has neither a reference nor a digest, however long', (part) => {
  const text = part.repeat(8_000_000);
  const results = [parseReference(text), parseDigestText(text), readPin('tag', text).tag === text];
  expect(results).toEqual([undefined, undefined, true]);
});

it('the overrides in the values files of many charts are found in linear time', async () => {
  const find = (size: number) => {
    const files = Array.from({ length: size }, (_, i) => {
      const file = readYaml(`c${i}/values.yaml`, bytes('image: {repository: r.io/x, tag: "1"}\n'));
      return { file, places: imagePlaces(file) };
    });
    return () => overrides(files, ({ path }) => path.slice(0, path.indexOf('/')));
  };
  expect(await growth(find, 100)).toBeLessThan(MAX_LINEAR);
});
