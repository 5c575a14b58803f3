import { describe, expect, it } from '@jest/globals';
import { findSecretArguments, formatSecretArguments } from '../../src/inputs/secret-arguments.ts';
import { settings } from '../images/run.ts';

const find = (buildArgs: Record<string, string>, extraArgs: string[] = []) =>
  findSecretArguments({
    images: settings().images.map((image) => ({ ...image, buildArgs: new Map(Object.entries(buildArgs)) })),
    extraArgs,
  });
/** Made up here, so that no scanner takes them for real ones. */
const fake = (prefix: string, length = 36) => prefix + 'A'.repeat(length);

describe('a build argument looks like a secret', () => {
  it.each([
    'NPM_TOKEN',
    'npmToken',
    'TOKEN',
    'DB_PASSWORD',
    'CLIENT_SECRET',
    'API_KEY',
    'my-apikey',
    'AWS_ACCESS_KEY_ID',
    'npm.auth',
  ])('by its name %s', (name) => {
    expect(find({ [name]: 'x7f3' })).toEqual([name]);
  });

  it.each([
    fake('ghp_'),
    fake('github_pat_'),
    fake('npm_'),
    fake('glpat-'),
    fake('xoxb-'),
    fake('AKIA', 16),
    `${fake('eyJ')}.${fake('eyJ')}.x`,
    '-----BEGIN RSA PRIVATE KEY-----\nx',
  ])('by its value %#', (value) => {
    expect(find({ CONFIG: value })).toEqual(['CONFIG']);
  });

  it.each([
    ['VERSION', '1.4.2'],
    ['PUBLIC_KEY', 'x'],
    ['NEXT_PUBLIC_TOKEN', 'x'],
    ['TOKENIZER', 'bert'],
    ['SECRETARY', 'x'],
    ['AUTHOR', 'x'],
    ['KEYBOARD', 'de'],
    ['USE_TOKEN', 'true'],
    ['MAX_TOKENS', '4096'],
    ['NPM_TOKEN', ''],
    ['CONFIG', 'npm_config'],
  ])('but not %s=%s', (name, value) => {
    expect(find({ [name]: value })).toEqual([]);
  });

  it('also in extra-args, with a value or from the environment, and is named once', () => {
    expect(
      find({ NPM_TOKEN: 'x' }, [
        '--build-arg=NPM_TOKEN=x',
        '--build-arg=API_TOKEN',
        `--build-arg=A=${fake('ghp_')}`,
        '--pull',
      ]),
    ).toEqual(['NPM_TOKEN', 'API_TOKEN', 'A']);
  });
});

it('the warning names the arguments and what to use instead', () => {
  expect(formatSecretArguments(['NPM_TOKEN'])).toMatch(/NPM_TOKEN\. .*history.*provenance.*metadata.*input `secrets`/);
});
