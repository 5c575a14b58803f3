import { describe, expect, it } from '@jest/globals';
import { toInputEnv } from '../../../../scripts/test-support/bundle.ts';
import { InputError } from '../../errors.ts';
import { parseDigest } from '../../identifiers.ts';
import { InputReader } from '../../runner/inputs.ts';

const reader = (inputs: Record<string, string>): InputReader => new InputReader(toInputEnv(inputs));

function problemsOf(inputs: InputReader): string[] {
  try {
    inputs.assertValid();
    return [];
  } catch (error) {
    return (error as InputError).problems.map(({ input, problem }) => `${input} ${problem}`);
  }
}

describe('a value with a login', () => {
  it.each([
    ['octocat:hunter2@ghcr.io', '***@ghcr.io'],
    ['https://octocat:hunter2@ghcr.io/o', 'https://***@ghcr.io/o'],
    ['alpine:3.20@sha256:0', 'alpine:3.20@sha256:0'],
  ])('%s is shown as %s', (value, shown) => {
    const inputs = reader({ registry: value });
    inputs.parsed('registry', () => ({ problem: 'is not a registry' }), 'ghcr.io');
    const reported = (() => {
      try {
        inputs.assertValid();
      } catch (error) {
        return JSON.stringify([error, String(error), (error as { problems?: unknown }).problems]);
      }
      return '';
    })();
    expect(reported).toContain(shown);
    expect(reported).not.toContain('hunter2');
  });
});

describe('booleans', () => {
  it.each(['true', 'True', 'TRUE', ' true '])('reads %j as true', (value) => {
    expect(reader({ push: value }).boolean('push', false)).toBe(true);
  });
  it.each(['false', 'False', 'FALSE'])('reads %j as false', (value) => {
    expect(reader({ push: value }).boolean('push', true)).toBe(false);
  });
  it.each(['yes', 'on', '1', 'tRUE', 'y'])('rejects %j', (value) => {
    const inputs = reader({ push: value });
    inputs.boolean('push', true);
    expect(problemsOf(inputs)).toEqual(['push is not a boolean (true True TRUE false False FALSE)']);
  });
  it('uses the default for an empty input', () => {
    expect(reader({ push: '' }).boolean('push', true)).toBe(true);
    expect(reader({}).boolean('push', false)).toBe(false);
  });
});

describe('numbers', () => {
  it.each(['-1', '1.5', '1e3', '0x10', '11', '99999999999999', 'four', '٤'])(
    'rejects %j for the range 0 to 10',
    (value) => {
      const inputs = reader({ retries: value });
      expect(inputs.integer('retries', { min: 0, max: 10 }, 3)).toBe(3);
      expect(problemsOf(inputs)).toEqual(['retries is not a whole number from 0 to 10']);
    },
  );
});

describe('lists', () => {
  it('returns one item per line with its line number, for any line endings', () => {
    expect(reader({ tags: 'sha\r\n\r\n  latest \n' }).lines('tags')).toEqual([
      { text: 'sha', number: 1 },
      { text: 'latest', number: 3 },
    ]);
  });

  it('reports the line of an invalid item and keeps the valid ones', () => {
    const inputs = reader({ digests: `sha256:${'a'.repeat(64)}\nsha256:b` });
    expect(inputs.parsedLines('digests', parseDigest, 'sha256:…')).toEqual([`sha256:${'a'.repeat(64)}`]);
    expect(problemsOf(inputs)).toEqual(['digests (line 2) is not a digest (sha256: and 64 hex digits)']);
  });
});

describe('structured inputs', () => {
  const list = (data: unknown) => (Array.isArray(data) ? { value: data } : { problem: 'is not a list' });

  it('reads YAML and JSON', async () => {
    expect(await reader({ images: '- name: web' }).yaml('images', list, '')).toEqual([{ name: 'web' }]);
    expect(await reader({ images: '[{"name":"web"}]' }).yaml('images', list, '')).toEqual([{ name: 'web' }]);
  });

  it('keeps numbers and booleans as written', async () => {
    const text = '[1.20, 007, 1e3, 0x1F, True, "x", null, ~, { 1.10: 3.0 }]';
    expect(await reader({ images: text }).yaml('images', list, '')).toEqual([
      ...['1.20', '007', '1e3', '0x1F', 'True', 'x', null, null],
      { '1.10': '3.0' },
    ]);
  });

  it('rejects invalid YAML, duplicate keys, a second document and aliases that expand without limit', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, i) => `${key}: &${key} [${`*${'abcdefgh'[i]},`.repeat(9)}]`),
    ].join('\n');
    for (const text of ['a: [', 'a: 1\na: 2', '- a\n---\n- b', bomb]) {
      const inputs = reader({ images: text });
      expect(await inputs.yaml('images', list, '- name: web')).toBeUndefined();
      expect(problemsOf(inputs)).toHaveLength(1);
    }
  });
});

it('reports all problems together, each with the input, the value and an example', () => {
  const inputs = reader({ push: 'maybe', mode: 'magic' });
  inputs.required('registry', 'ghcr.io/org');
  inputs.boolean('push', true);
  inputs.choice('mode', ['commit', 'worktree'], 'commit');
  expect(() => inputs.assertValid()).toThrow(InputError);
  try {
    inputs.assertValid();
  } catch (error) {
    const { why } = error as InputError;
    expect(why.split('\n')).toEqual([
      'registry is required; for example: ghcr.io/org',
      'push is not a boolean (true True TRUE false False FALSE) (given: "maybe"); for example: true',
      'mode is not one of commit, worktree (given: "magic"); for example: commit',
    ]);
  }
});

it.each([
  ['', undefined],
  ['auto', undefined],
  ['true', true],
  ['FALSE', false],
])('reads %j as %p where the default is auto', (text, value) => {
  const inputs = reader({ prerelease: text });
  expect(inputs.autoBoolean('prerelease')).toBe(value);
  expect(() => inputs.assertValid()).not.toThrow();
});

it('rejects a value that is neither auto nor a boolean', () => {
  const inputs = reader({ prerelease: 'yes' });
  expect(inputs.autoBoolean('prerelease')).toBeUndefined();
  expect(() => inputs.assertValid()).toThrow(/is neither auto nor a boolean .* for example: auto$/);
});

it('puts advice before the example, and ends with the example', () => {
  const inputs = reader({});
  inputs.addProblem({ input: 'body', problem: 'is given together with body-path', advice: 'use one of the two' });
  inputs.addProblem({
    input: 'files',
    value: '*.x',
    problem: 'matches nothing',
    advice: 'build first',
    example: 'dist/*',
  });
  expect(() => inputs.assertValid()).toThrow(
    'body is given together with body-path; use one of the two\nfiles matches nothing (given: "*.x"); build first; for example: dist/*',
  );
});
