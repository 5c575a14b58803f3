import { expect, it } from '@jest/globals';
import { defaultBranchName } from '../../src/pull-requests/branch-name.ts';
import { FakeRepository } from '../fake-repository.ts';
import { image } from '../helpers.ts';
import { bumpInPullRequest } from './scene.ts';

it('an older run leaves a newer image in a file outside the charts', async () => {
  const VALUES = 'environments/dev/values.yaml';
  const web = (tag: string) => `web: {repository: ghcr.io/acme/web, tag: ${tag}}\n`;
  const repository = new FakeRepository({ 'overlays/dev/x.yaml': 'a: b\n', [VALUES]: web('1.4.0') });
  const inputs = (tag: string) => ({
    charts: 'overlays/dev',
    version: 'none',
    'values-files': VALUES,
    images: image('ghcr.io/acme/web', [tag]),
  });
  const branch = defaultBranchName(['overlays/dev'], 'main');
  await bumpInPullRequest(repository, inputs('1.5.0'));
  expect(repository.head(branch).files[VALUES]).toBe(web('1.5.0'));
  await bumpInPullRequest(repository, inputs('1.4.2'));
  expect(repository.head(branch).files[VALUES]).toBe(web('1.5.0'));
});
