import { expect, it } from '@jest/globals';
import { FakeRepository } from '../fake-repository.ts';
import { CHART, image } from '../helpers.ts';
import { BRANCH, bumpInPullRequest } from './scene.ts';

it('a proposal to go back survives a base that has changed the same file', async () => {
  const VALUES = 'helm/shop/values.yaml';
  const values = (web: string, api: string, comment = '') =>
    `${comment}web: {repository: ghcr.io/acme/web, tag: ${web}}\napi: {repository: ghcr.io/acme/api, tag: ${api}}\n`;
  const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, [VALUES]: values('1.4.2', '1.0.0') });
  const inputs = (name: string, tag: string) => ({ version: 'none', images: image(`ghcr.io/acme/${name}`, [tag]) });
  await bumpInPullRequest(repository, { ...inputs('web', '1.4.0'), 'allow-downgrade': 'true' });
  expect(repository.head(BRANCH).files[VALUES]).toBe(values('1.4.0', '1.0.0'));
  repository.push('main', { [VALUES]: values('1.4.2', '1.0.0', '# moved\n') }, 'docs: a comment');
  await bumpInPullRequest(repository, inputs('api', '2.0.0'));
  expect(repository.head(BRANCH).files[VALUES]).toBe(values('1.4.0', '2.0.0', '# moved\n'));
});
