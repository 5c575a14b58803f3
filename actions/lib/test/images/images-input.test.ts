import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { InputError } from '../../errors.ts';
import { readImages } from '../../images/images-input.ts';
import { InputReader } from '../../runner/inputs.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const built = JSON.stringify([{ repository: 'ghcr.io/org/web', digest }]);

async function read(value: string | undefined) {
  const reader = new InputReader({ INPUT_IMAGES: value });
  const images = await readImages(reader, 'images');
  reader.assertValid();
  return images;
}

describe('readImages', () => {
  it('reads the output of build-push-image', async () => {
    expect(await read(built)).toMatchObject([{ repository: 'ghcr.io/org/web', digest }]);
  });

  it.each([['none'], [undefined]])('returns no images for %j', async (value) => {
    expect(await read(value)).toBeUndefined();
  });

  it.each(['', ' ', '\n'])('rejects an output that is empty: %j', async (value) => {
    const error = await read(value).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    for (const part of ['GitHub dropped it', 'the text of a secret', 'as a variable', 'none'])
      expect((error as InputError).why).toContain(part);
  });

  it('rejects an empty list', async () => {
    await expect(read('[]')).rejects.toThrow('is an empty list');
  });

  // The runner uses the default only if the workflow does not set the input. An empty default would hide an empty output.
  it.each([
    ['bump-chart-version', 'images'],
    ['create-release', 'images'],
    ['helm-lint-scan', 'set-images'],
  ])('is not empty by default in %s', async (action, input) => {
    const { inputs } = parse(await readFile(join(import.meta.dirname, '../../..', action, 'action.yml'), 'utf8'));
    expect(inputs[input].default).toBe('none');
  });
});
