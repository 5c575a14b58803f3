import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { manifest, production, services, sha, staging, step, useScene } from './scene.ts';

useScene();

describe('a job that only promotes', () => {
  const images = '{ name: shop/chosen, context: web }';
  const inputs = () => ({ images, registry: production.host, 'promote-from': staging.host, promote: 'require' });

  /** Runs in an empty directory, as a job without a checkout does, for another commit. */
  const elsewhere = () => {
    const directory = join(services.dir, 'empty');
    mkdirSync(directory, { recursive: true });
    return { env: { GITHUB_WORKSPACE: directory, GITHUB_SHA: '1'.repeat(40) } };
  };

  it('needs no checkout, and takes a commit or a digest', async () => {
    const { outputs } = await step({ images, 'build-args': 'WHO=tested' });
    const missing = await step({ ...inputs(), tags: 'raw:missing' }, elsewhere());
    expect(missing.log).toContain(`sha-${'1'.repeat(12)} is missing`);

    const byCommit = await step({ ...inputs(), tags: 'raw:commit', 'promote-commit': sha }, elsewhere());
    expect(byCommit).toMatchObject({ exitCode: 0 });
    const byDigest = await step(
      { ...inputs(), tags: 'raw:digest', 'promote-digest': outputs.digests ?? '' },
      elsewhere(),
    );
    expect(byDigest).toMatchObject({ exitCode: 0 });
    for (const tag of ['commit', 'digest'])
      expect((await manifest(production, 'shop/chosen', tag)).digest).toBe(outputs.digest);
  });
});
