import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { InputError } from '../../../lib/errors.ts';
import { readSettings } from '../../src/inputs/inputs.ts';
import { problemsOf, read, useWorkspace } from './read-inputs.ts';

useWorkspace();

describe('the settings', () => {
  it('are the same with the defaults of action.yml and without inputs', async () => {
    const action = parse(await readFile(join(import.meta.dirname, '..', '..', 'action.yml'), 'utf8'));
    const defaults = Object.fromEntries(
      Object.entries(action.inputs as Record<string, { default?: string }>).flatMap(([name, input]) =>
        input.default === undefined ? [] : [[name, input.default]],
      ),
    );
    expect(Object.keys(defaults)).toContain('promote');
    expect(await read(defaults)).toEqual(await read({}));
  });

  it('report all missing inputs at once', async () => {
    const error = await readSettings({}).catch((thrown: unknown) => thrown);
    expect((error as InputError).problems.map(({ input }) => input)).toEqual(['images', 'registry']);
  });

  it('report every invalid input at once', async () => {
    const found = await problemsOf({
      images: '[{ name: "Bad Name!", context: nowhere, foo: 1 }, { context: ../.. }]',
      registry: 'https://ghcr.io',
      username: 'me',
      tags: 'sha\nbogus',
      promote: 'always',
      'promote-from': 'a b',
      platforms: 'linux',
      'build-args': 'A=1\nB',
      labels: '=x',
      secrets: 'npm=NPM_TOKEN',
      push: 'yes',
      cache: 's3',
      provenance: 'max',
      sbom: 'yes',
      reproducible: '1',
      builder: '--help',
      'max-parallel': '0',
      retries: 'many',
      'push-timeout': '90000',
      'extra-args': '--push',
      'dry-run': 'on',
      summary: 'no',
    });
    expect(new Set(found.map(({ input }) => input.replace(/ \(line.*/, '')))).toEqual(
      new Set([
        'images (item 1)',
        'images (item 2)',
        'registry',
        'password',
        'tags',
        'promote',
        'promote-from',
        'platforms',
        'build-args',
        'labels',
        'secrets',
        'push',
        'cache',
        'provenance',
        'sbom',
        'reproducible',
        'builder',
        'max-parallel',
        'retries',
        'push-timeout',
        'extra-args',
        'dry-run',
        'summary',
      ]),
    );
    expect(found.every(({ example }) => example !== '')).toBe(true);
  });
});

describe('logins', () => {
  it('are for the host of their registry', async () => {
    const settings = await read({
      username: 'a',
      password: 'p',
      'promote-from': 'staging.example/x',
      'promote-username': 'b',
      'promote-password': 'q',
    });
    expect(settings.logins).toEqual([
      { host: 'ghcr.io', username: 'a', password: 'p' },
      { host: 'staging.example', username: 'b', password: 'q' },
    ]);
  });

  it.each<[Record<string, string>, string]>([
    [{ username: 'a' }, 'password'],
    [{ password: 'hunter2secret' }, 'username'],
    [{ username: 'a:b', password: 'p' }, 'username'],
    [
      {
        username: 'a',
        password: 'p',
        'promote-from': 'ghcr.io/staging',
        'promote-username': 'b',
        'promote-password': 'q',
      },
      'promote-username',
    ],
  ])('%j is rejected', async (given, input) => {
    const found = await problemsOf(given);
    expect(found.map(({ input }) => input)).toEqual([input]);
    expect(JSON.stringify(found)).not.toContain('hunter2secret');
  });
});

describe('promotion', () => {
  it.each<[Record<string, string>, unknown]>([
    [{}, undefined],
    [{ 'promote-from': 'a.example' }, { from: 'a.example', mode: 'prefer' }],
    [{ 'promote-from': 'a.example', promote: 'never' }, undefined],
    [
      { 'promote-from': 'a.example', promote: 'verify' },
      { from: 'a.example', mode: 'verify' },
    ],
  ])('%j', async (given, expected) => {
    const { promotion } = await read(given);
    expect(promotion && { from: promotion.from, mode: promotion.mode }).toEqual(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ promote: 'require' }, 'promote-from'],
    [{ promote: 'verify', 'promote-from': 'a.example', push: 'false' }, 'promote'],
  ])('%j is rejected', async (given, input) => {
    expect((await problemsOf(given)).map(({ input }) => input)).toEqual([input]);
  });
});

describe('attestations', () => {
  it.each(['true', 'True', 'TRUE', 'false', 'False', 'FALSE'])('may be %s', async (text) => {
    const { provenance, sbom } = await read({ provenance: text, sbom: text });
    expect([provenance, sbom]).toEqual([text.toLowerCase(), text.toLowerCase()]);
  });

  it.each(['tRUE', 'yes', 'no', '1'])('may not be %s', async (text) => {
    expect((await problemsOf({ provenance: text, sbom: text })).map(({ input }) => input)).toEqual([
      'provenance',
      'sbom',
    ]);
  });

  it('may have options', async () => {
    const given = { provenance: 'mode=min,version=v1', sbom: 'generator=ghcr.io/acme/Scanner:1' };
    expect(await read(given)).toMatchObject(given);
  });
});
