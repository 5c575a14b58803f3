import { expect, it } from '@jest/globals';
import { FakeRepository } from '../fake-repository.ts';
import { CHART, image } from '../helpers.ts';
import { BRANCH, bumpInPullRequest } from './scene.ts';

const release = (name: string, version: string): Record<string, string> => ({
  images: image(`r.io/${name}`, [version]),
});

/** A file, the inputs of two runs and of a third that replaces the first, and the versions on the branch after each. */
const CASES: readonly (readonly [string, string, string, readonly Record<string, string>[]])[] = [
  [
    'the YAML in a block scalar',
    'values.yaml',
    'values: |\n  web: {repository: r.io/web, tag: 1.0.0}\n  api: {repository: r.io/api, tag: 1.0.0}\n',
    [release('web', '1.1.0'), release('api', '2.0.0'), release('web', '1.2.0')],
  ],
  [
    'lines of a block scalar that are the same',
    'values.yaml',
    'values: |\n  web:\n    repository: r.io/web\n    tag: 1.0.0\n  api:\n    repository: r.io/api\n    tag: 1.0.0\n',
    [release('web', '1.1.0'), release('api', '2.0.0'), release('web', '1.2.0')],
  ],
  [
    'documents with the same path',
    'values.yaml',
    'spec: {image: "r.io/web:1.0.0"}\n---\nspec: {image: "r.io/api:1.0.0"}\n',
    [release('web', '1.1.0'), release('api', '2.0.0'), release('web', '1.2.0')],
  ],
  [
    'a file in TOML',
    'app.toml',
    'web = "1.0.0"\napi = "1.0.0"\n',
    [{ values: 'app.toml:web=1.1.0' }, { values: 'app.toml:api=2.0.0' }, { values: 'app.toml:web=1.2.0' }],
  ],
  [
    'marked text',
    'README.md',
    'web 1.0.0 <!-- x-web -->\napi 1.0.0 <!-- x-api -->\n',
    [{ values: 'README.md:x-web=1.1.0' }, { values: 'README.md:x-api=2.0.0' }, { values: 'README.md:x-web=1.2.0' }],
  ],
];

it.each(CASES)('a run keeps what another has proposed in %s', async (_title, file, text, runs) => {
  const path = `helm/shop/${file}`;
  const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, [path]: text });
  const versions: string[][] = [];
  for (const inputs of runs) {
    await bumpInPullRequest(repository, { version: 'patch', ...inputs });
    versions.push(repository.head(BRANCH).files[path]?.match(/\d+\.\d+\.\d+/g) ?? []);
  }
  expect(versions).toEqual([
    ['1.1.0', '1.0.0'],
    ['1.1.0', '2.0.0'],
    ['1.2.0', '2.0.0'],
  ]);
});

it.each<[string, string, string]>([
  [
    'an item',
    '- {name: web, image: {repository: r.io/web, tag: 1.0.0}}\n- {name: api, image: {repository: r.io/api, tag: 1.0.0}}\n',
    '- {name: new}\n',
  ],
  ['a document', 'spec: {image: "r.io/web:1.0.0"}\n---\nspec: {image: "r.io/api:1.0.0"}\n', 'a: b\n---\n'],
])('a run keeps what another has proposed where the base adds %s before it', async (_title, text, added) => {
  const path = 'helm/shop/values.yaml';
  const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, [path]: text });
  await bumpInPullRequest(repository, { version: 'patch', ...release('api', '2.0.0') });
  repository.push('main', { 'helm/shop/Chart.yaml': CHART, [path]: added + text }, 'add');
  await bumpInPullRequest(repository, { version: 'patch', ...release('web', '1.1.0') });
  expect(repository.head(BRANCH).files[path]?.match(/\d+\.\d+\.\d+/g)).toEqual(['1.1.0', '2.0.0']);
});

it.each(CASES)('a run replaces its own earlier change in %s', async (_title, file, text, [first, , last]) => {
  const path = `helm/shop/${file}`;
  const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, [path]: text });
  for (const inputs of [first, last]) await bumpInPullRequest(repository, { version: 'patch', ...inputs });
  expect(repository.head(BRANCH).files[path]?.match(/\d+\.\d+\.\d+/g)).toEqual(['1.2.0', '1.0.0']);
  expect(repository.log(BRANCH)).toHaveLength(2);
});
