import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { InputError, type InputProblem } from '../../../lib/errors.ts';
import { readSettings } from '../../src/inputs/inputs.ts';

let workspace: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'inputs-'));
  for (const name of ['web', 'api']) {
    mkdirSync(join(workspace, name));
    writeFileSync(join(workspace, name, 'Dockerfile'), 'FROM scratch\n');
  }
  writeFileSync(join(workspace, 'web', 'Dockerfile.prod'), 'FROM scratch\n');
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(workspace, '.npmrc'), 'token');
  symlinkSync('/', join(workspace, 'out'));
});
afterAll(() => rmSync(workspace, { recursive: true }));

const inputs = (given: Record<string, string>) => ({
  GITHUB_WORKSPACE: workspace,
  ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
});
const read = (given: Record<string, string>, env: Record<string, string> = {}) =>
  readSettings({ ...inputs({ images: 'name: shop/web\ncontext: web', registry: 'ghcr.io/org', ...given }), ...env });
const faults = async (
  given: Record<string, string>,
  env: Record<string, string> = {},
): Promise<readonly InputProblem[]> => {
  try {
    await read(given, env);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
};
const image = async (text: string, given: Record<string, string> = {}, env: Record<string, string> = {}) =>
  (await read({ images: text, ...given }, env)).images[0];

describe('the settings', () => {
  it('are the same with the defaults of action.yml and with nothing given', async () => {
    const action = parse(await readFile(join(import.meta.dirname, '..', '..', 'action.yml'), 'utf8'));
    const defaults = Object.fromEntries(
      Object.entries(action.inputs as Record<string, { default?: string }>).flatMap(([name, input]) =>
        input.default === undefined ? [] : [[name, input.default]],
      ),
    );
    expect(Object.keys(defaults)).toContain('promote');
    expect(await read(defaults)).toEqual(await read({}));
  });

  it('say at once all that is missing', async () => {
    const error = await readSettings({}).catch((each: unknown) => each);
    expect((error as InputError).problems.map(({ input }) => input)).toEqual(['images', 'registry']);
  });

  it('name every wrong input in one answer', async () => {
    const found = await faults({
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
        'extra-args',
        'dry-run',
        'summary',
      ]),
    );
    expect(found.every(({ example }) => example !== '')).toBe(true);
  });
});

describe('images', () => {
  it('may be one mapping or a list', async () => {
    const one = await read({ images: '{ name: web, context: web }' });
    const two = await read({ images: '- { name: web, context: web }\n- { name: api, context: api }' });
    expect(one.images.map(({ name }) => String(name))).toEqual(['web']);
    expect(two.images.map(({ name }) => String(name))).toEqual(['web', 'api']);
  });

  it('are named in lower case, and the user is told', async () => {
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
    expect((await image(text))?.file).toBe(join(workspace, file));
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
    ['{ name: web, context: web, build-args: [A] }', 'has unusable build-args: it has "A", which is not KEY=VALUE'],
    ['{ name: web, context: web, build-args: { A: [1] } }', 'has unusable build-args: it has no text for "A"'],
    ['{ name: web, context: web, labels: { "a b": x } }', 'has a space or "=" in its key'],
    [
      '{ name: web, context: web, platforms: [linux] }',
      'has unusable platforms: it has "linux", which is not a platform',
    ],
    ['{ name: web, context: web, secrets: [npm] }', 'has unusable secrets: it has "npm", which is neither'],
    ['{ name: web, context: web, secrets: 7 }', 'has unusable secrets: it'],
    ['{ name: web, context: [web] }', 'has a list as context, not a string'],
    ['- web', 'has a text as item 1, not a mapping'],
    ['[{ name: web, context: web }, null]', 'has nothing as item 2, not a mapping'],
    ['[]', 'is an empty list'],
    [
      '[{ name: web, context: web }, { name: WEB, context: web }]',
      'has the name of images (item 1, web), and an image has one repository',
    ],
    ['{ name: [', 'is not YAML'],
    [
      '- { name: web, context: web }\n---\n- { name: api, context: web }',
      'is not YAML: Source contains multiple documents',
    ],
    ['{ name: web, context: web, build-args: A }', 'has unusable build-args: it has "A", which is not KEY=VALUE'],
  ])('%s is refused', async (text, problem) => {
    expect((await faults({ images: text })).map((fault) => fault.problem).join('\n')).toContain(problem);
  });

  it.each<[string, string, string, string]>([
    ['{ name: [web] }', 'images (item 1)', 'has a list as name, not a string', 'name: shop/web'],
    ['{ name: "a:b@c/d" }', 'images (item 1)', 'has an unusable name: it is not an image name', 'name: shop/web'],
    [
      '{ name: Web, context: nowhere }',
      'images (item 1, web)',
      'has a context that does not exist',
      'context: app/web',
    ],
    ['[{ name: a }, { name: b, target: {} }]', 'images (item 2, b)', 'has a mapping as target', 'target: production'],
    ['{ name: a, platforms: linux }', 'images (item 1, a)', 'has unusable platforms', 'platforms: [linux/amd64'],
    ['{ name: a, build-args: [A] }', 'images (item 1, a)', 'has unusable build-args', 'build-args: { NODE_VERSION'],
    ['{ name: a, labels: [A] }', 'images (item 1, a)', 'has unusable labels', 'labels: { org.opencontainers'],
    ['{ name: a, annotations: [A] }', 'images (item 1, a)', 'has unusable annotations', 'annotations: { "index:org'],
    ['{ name: a, secrets: [A] }', 'images (item 1, a)', 'has unusable secrets', 'secrets: { npm: "env:NPM_TOKEN"'],
    [
      '{ name: a, secrets: { npm: "env:NONE" } }',
      'images (item 1, a)',
      'has the secret "npm", which is missing: the environment variable NONE is not set or empty',
      'secrets: { npm: "env:NPM_TOKEN" }',
    ],
    ['{ name: a, dockerfile: x }', 'images (item 1, a)', 'unknown key "dockerfile"; is file meant?', 'file: app/web'],
    ['{ name: a, build_args: [A=b] }', 'images (item 1, a)', 'is build-args meant?', 'build-args: {'],
    ['{ name: a, platfroms: x }', 'images (item 1, a)', 'is platforms meant?', 'platforms: ['],
    ['{ name: a, push: x }', 'images (item 1, a)', 'unknown key "push"; known are name, context,', 'context: app/web'],
    ['[{ name: a }, { name: A }]', 'images (item 2, a)', 'has the name of images (item 1, a)', 'name: shop/web-2'],
  ])('%s is refused with the item, the key, and an example for the key', async (text, input, problem, example) => {
    expect(await faults({ images: text })).toEqual([
      expect.objectContaining({
        input,
        problem: expect.stringContaining(problem),
        example: expect.stringContaining(example),
      }),
    ]);
  });

  it('have examples in their faults that are accepted', async () => {
    const wrong =
      '{ name: { }, context: [], file: [], target: [], platforms: x, build-args: [x], labels: [x], annotations: [x], secrets: [x] }';
    const examples = (await faults({ images: wrong })).map((fault) => fault.example);
    expect(examples.map((example) => example?.split(':')[0])).toEqual([
      ...['name', 'context', 'file', 'target', 'platforms', 'build-args', 'labels', 'annotations', 'secrets'],
    ]);
    // But for what the examples name, which is not there.
    const missing = await faults({ images: examples.join('\n') }, { NPM_TOKEN: 'x' });
    expect(missing.map((fault) => fault.problem)).toEqual([
      'has a context that does not exist',
      'has a Dockerfile that does not exist',
    ]);
  });

  it('take what holds for all, and their own goes before it', async () => {
    const found = await image(
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

  it('take lines of KEY=VALUE, as the inputs for all images do', async () => {
    const found = await image('name: web\ncontext: web\nbuild-args: |\n  A=1\n\n  B=x=y\nlabels: a=b');
    expect(Object.fromEntries(found?.buildArgs ?? [])).toEqual({ A: '1', B: 'x=y' });
    expect(Object.fromEntries(found?.labels ?? [])).toEqual({ a: 'b' });
  });

  it('take platforms with commas too', async () => {
    expect(
      (await image('{ name: web, context: web }', { platforms: 'linux/amd64, linux/ARM64/v8' }))?.platforms,
    ).toEqual(['linux/amd64', 'linux/arm64']);
  });
});

describe('labels and build arguments', () => {
  it.each<[string, Record<string, string>]>([
    ['a=1\nb=x, "y" = z', { a: '1', b: 'x, "y" = z' }],
    ['org.opencontainers.image.title=A: b', { 'org.opencontainers.image.title': 'A: b' }],
    ['a: "line 1\\nline 2"\nb: 1.10', { a: 'line 1\nline 2', b: '1.10' }],
    ['{"a":"x","b":1.20,"c":true}', { a: 'x', b: '1.20', c: 'true' }],
    ['{\n  "a": "x"\n}', { a: 'x' }],
    ['- a=x\n- "b=y: z"', { a: 'x', b: 'y: z' }],
    ['["a=x"]', { a: 'x' }],
    ['a: |\n  one\n  two', { a: 'one\ntwo\n' }],
    ['EMPTY=', { EMPTY: '' }],
    ['URL=https://x.example/?a=b', { URL: 'https://x.example/?a=b' }],
  ])('%j', async (text, expected) => {
    expect(Object.fromEntries((await image('{ name: web, context: web }', { labels: text }))?.labels ?? [])).toEqual(
      expected,
    );
  });
});

describe('secrets', () => {
  it.each<[string, string]>([
    ['npm=env:NPM_TOKEN', 'the environment variable NPM_TOKEN is not set or empty'],
    ['npm=env:EMPTY', 'the environment variable EMPTY is not set or empty'],
    ['npm=file:none', 'there is no file none'],
    ['npm=file:web', 'there is no file web'],
    ['npm=env:1X', 'no environment variable can be called'],
    ['id=npm,env=NPM', 'is neither id=env:NAME nor id=file:PATH'],
  ])('%s is refused', async (text, problem) => {
    expect((await faults({ secrets: text }, { EMPTY: '' })).map((fault) => fault.problem).join('\n')).toContain(
      problem,
    );
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
  ])('%j is refused', async (given, input) => {
    const found = await faults(given);
    expect(found.map((fault) => fault.input)).toEqual([input]);
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
    expect((await read(given)).promotion).toEqual(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ promote: 'require' }, 'promote-from'],
    [{ promote: 'verify', 'promote-from': 'a.example', push: 'false' }, 'promote'],
  ])('%j is refused', async (given, input) => {
    expect((await faults(given)).map((fault) => fault.input)).toEqual([input]);
  });
});

describe('attestations', () => {
  it.each(['true', 'True', 'TRUE', 'false', 'False', 'FALSE'])('may be %s', async (text) => {
    const { provenance, sbom } = await read({ provenance: text, sbom: text });
    expect([provenance, sbom]).toEqual([text.toLowerCase(), text.toLowerCase()]);
  });

  it.each(['tRUE', 'yes', 'no', '1'])('may not be %s', async (text) => {
    expect((await faults({ provenance: text, sbom: text })).map((fault) => fault.input)).toEqual([
      'provenance',
      'sbom',
    ]);
  });

  it('may have options', async () => {
    const given = { provenance: 'mode=min,version=v1', sbom: 'generator=ghcr.io/acme/Scanner:1' };
    expect(await read(given)).toMatchObject(given);
  });
});

describe('the rules for tags', () => {
  const onTag = (tag: string) => ({ GITHUB_REF: `refs/tags/${tag}` });

  it.each(['latest', 'v1', 'v1.0', '1.2.3.4', 'v1.0.0$(touch pwned)', 'vv1.0.0'])(
    'that count on a version are at fault when the pushed tag is %s, together with what else is',
    async (tag) => {
      const found = await faults({ tags: 'sha\nsemver-minor', push: 'perhaps' }, onTag(tag));
      expect(found.map(({ input }) => input)).toEqual(['push', 'tags']);
      expect(found[1]?.problem).toMatch(/^has the rule semver-minor, but the pushed tag is not a version: /);
      expect(await faults({ tags: 'sha' }, onTag(tag))).toEqual([]);
    },
  );

  it('are at fault when the version is longer than a tag may be', async () => {
    const tag = `v1.0.0-${'b'.repeat(140)}`;
    expect((await faults({ tags: 'sha\nsemver' }, onTag(tag)))[0]).toMatchObject({
      input: 'tags',
      problem: expect.stringMatching(/146 characters.*at most 128/),
    });
    expect(await faults({ tags: 'sha' }, onTag(tag))).toEqual([]);
    expect(await faults({ tags: 'semver' }, onTag(`v1.0.0-${'b'.repeat(122)}`))).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['semver\nbranch', 'refs/pull/7/merge', 'semver: no tag was pushed; branch: no branch was pushed'],
    ['latest', 'refs/tags/nightly', 'latest: neither a version nor a branch was pushed'],
    ['semver-minor', 'refs/tags/v1.5.0-rc.1', 'semver-minor: 1.5.0-rc.1 is a pre-release'],
    ['latest', 'refs/heads/feature', 'latest: feature is not the default branch'],
  ])('must give a tag when something is pushed: not %j for %s', async (tags, ref, reasons) => {
    const event = join(workspace, 'event.json');
    writeFileSync(event, JSON.stringify({ repository: { default_branch: 'main' } }));
    const env = { GITHUB_REF: ref, GITHUB_EVENT_PATH: event };
    const found = await faults({ tags, 'dry-run': 'perhaps' }, env);
    expect(found.map(({ input }) => input)).toEqual(['tags', 'dry-run']);
    expect(found[0]?.problem).toBe(`has no rule that gives a tag in this run, for ${ref} (${reasons})`);
    expect(await faults({ tags, push: 'false' }, env)).toEqual([]);
    expect(await faults({ tags: `${tags}\nsha` }, env)).toEqual([]);
  });

  it('that cannot be read are at fault once', async () => {
    const found = await faults({ tags: 'semver\nbogus' }, { GITHUB_REF: 'refs/heads/main' });
    expect(found.map(({ input }) => input)).toEqual(['tags (line 2)']);
  });
});
