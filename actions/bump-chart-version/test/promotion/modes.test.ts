import { describe, expect, it } from '@jest/globals';
import { commitToBranch } from '../../src/commit/commit.ts';
import { imageSource } from '../../src/commit/message.ts';
import { defaultBranchName } from '../../src/pull-requests/branch-name.ts';
import { FakeRepository } from '../fake-repository.ts';
import { settings } from '../helpers.ts';
import { bumpInPullRequest } from '../pull-requests/scene.ts';
import { A, B, PRODUCTION, STAGING } from './scene.ts';

const web = (tag: string, digest: string): string => `web: ghcr.io/acme/web:${tag}@${digest}\n`;
const C = `sha256:${'c'.repeat(64)}`;
const INPUTS = { charts: 'environments/production', version: 'none', from: STAGING };
const RUN = 'https://github.test/octo/shop/actions/runs/7';
const origin = { repository: 'octo/shop', sha: 'c'.repeat(40), runUrl: RUN };
const create = (): FakeRepository =>
  new FakeRepository({
    [STAGING]: web('1.4.2', A),
    [PRODUCTION]: web('1.4.1', B),
    'environments/production/a.txt': '',
  });

const commit = async (repository: FakeRepository, retries = 3) =>
  commitToBranch(await settings(INPUTS), repository, {
    origin,
    retry: { retries, wait: async () => undefined },
    onCommit: async () => undefined,
  });

describe('mode commit', () => {
  it('reads the source with the targets, and names it in the message', async () => {
    const repository = create();
    await commit(repository);
    expect(repository.reads).toBe(1);
    expect(repository.head()).toMatchObject({
      files: { [PRODUCTION]: web('1.4.2', A), [STAGING]: web('1.4.2', A) },
      message: [
        'chore(release): production',
        '',
        `Image: ghcr.io/acme/web:1.4.2@${A} (was :1.4.1@${B})`,
        `Promoted-From: ${STAGING}`,
        `Workflow-Run: ${RUN}`,
      ].join('\n'),
    });
    expect((await commit(repository)).commit).toBeUndefined();
  });

  it('reads the source again when the branch moved', async () => {
    const repository = create();
    repository.beforeCommit = (attempt) => {
      if (attempt === 1) repository.push('main', { [STAGING]: web('1.4.3', C) }, 'staging moves');
    };
    await commit(repository);
    expect(repository.head().files[PRODUCTION]).toBe(web('1.4.3', C));
  });

  it('does not hide from which commit an image was built', async () => {
    const repository = create();
    const sha = '1'.repeat(40);
    const built = `x\n\nImage: ghcr.io/acme/web:1.4.2@${A} (was unset)\nSource-Commit: octo/shop@${sha}`;
    repository.push('main', {}, built);
    await commit(repository);
    const messages = repository.log().map(({ message }) => message);
    const image = { repository: 'ghcr.io/acme/web', from: { tag: '1.4.2', digest: A } };
    expect(imageSource(messages, image)).toEqual({ repository: 'octo/shop', commit: sha });
  });
});

describe('mode pull-request', () => {
  const branch = defaultBranchName([INPUTS.charts], 'main');

  it('proposes the images of the source, and the newer ones of a later run', async () => {
    const repository = create();
    await bumpInPullRequest(repository, INPUTS);
    expect(repository.head(branch).files[PRODUCTION]).toBe(web('1.4.2', A));
    expect(repository.pulls[0]?.body).toContain(`Images promoted from \`${STAGING}\``);
    repository.push('main', { [STAGING]: web('1.4.3', C) }, 'staging moves');
    await bumpInPullRequest(repository, INPUTS);
    expect(repository.head(branch).files[PRODUCTION]).toBe(web('1.4.3', C));
    expect(repository.pulls).toHaveLength(1);
  });

  it('takes the images of the base where a reviewer has pushed to the branch, whose source is older', async () => {
    const repository = create();
    await bumpInPullRequest(repository, INPUTS);
    repository.push(branch, { [PRODUCTION]: `${web('1.4.2', A)}replicas: 3\n` }, 'by hand');
    repository.push('main', { [STAGING]: web('1.4.3', C) }, 'staging moves');
    await bumpInPullRequest(repository, INPUTS);
    expect(repository.head(branch).files).toMatchObject({
      [STAGING]: web('1.4.2', A),
      [PRODUCTION]: `${web('1.4.3', C)}replicas: 3\n`,
    });
    expect(repository.pulls).toHaveLength(1);
  });

  it('does not read the source on that branch', async () => {
    const repository = create();
    await bumpInPullRequest(repository, INPUTS);
    repository.push(branch, { [STAGING]: 'a: [\n' }, 'by hand');
    repository.push('main', { [STAGING]: web('1.4.3', C) }, 'staging moves');
    await bumpInPullRequest(repository, INPUTS);
    expect(repository.head(branch).files[PRODUCTION]).toBe(web('1.4.3', C));
  });
});
