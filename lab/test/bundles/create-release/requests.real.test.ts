import { describe, expect, it } from '@jest/globals';
import { admin, api, hub, OWNER, Scene, useHub } from './scene.ts';

useHub();

/** The requests of a run, in order. */
async function requestsOf(run: () => Promise<{ ok: true | string }>): Promise<(string | null)[]> {
  await admin.clearRequests();
  expect((await run()).ok).toBe(true);
  return (await admin.requests()).map(({ operation }) => operation);
}

const QUIET = [
  'graphql', // the tags, the releases
  'repos/compare-commits-with-basehead',
  'repos/generate-release-notes',
  'repos/create-release',
  'repos/update-release',
  'graphql', // the latest release
];

describe('a run takes', () => {
  it('six requests without files, and four for each file and check with three files', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.tag('v1.1.0');
    expect(await requestsOf(() => scene.run('v1.1.0'))).toEqual(QUIET);
    await scene.tag('v1.2.0');
    for (const name of ['a', 'b', 'c']) await scene.file(`${name}.tgz`, name);
    const upload = 'repos/upload-release-asset';
    expect(await requestsOf(() => scene.run('v1.2.0', { files: '*.tgz' }))).toEqual([
      ...QUIET.slice(0, 4),
      ...[upload, upload, upload, upload],
      'repos/get-release',
      ...QUIET.slice(4),
    ]);
    const again = await requestsOf(() => scene.run('v1.2.0', { files: '*.tgz' }));
    expect(again.length).toBeLessThanOrEqual(4);
  });

  it('no more with 10,000 tags and 10,000 releases', async () => {
    const scene = await Scene.create();
    const commit = await scene.tag('v1.0.0');
    const tags = Array.from({ length: 10_000 }, (_, index) => `create refs/tags/v0.1.${index} ${commit}\n`);
    await scene.git(['update-ref', '--stdin'], tags.join(''));
    await api.repos.createRelease({ ...scene.where, tag_name: 'v1.0.0' });
    const { id } = hub.store.repository(OWNER, scene.where.repo) ?? { id: 0 };
    const [release] = hub.store.releases.list(id);
    if (release === undefined) throw new Error('no release was created');
    for (let index = 0; index < 10_000; index++) {
      const copy = {
        ...release,
        id: hub.store.nextId(),
        tag: `v0.1.${index}`,
        makeLatest: 'false' as const,
        pinned: 0,
      };
      hub.store.releases.put(id, copy.id, copy);
    }
    await scene.tag('v1.1.0');
    expect(await requestsOf(() => scene.run('v1.1.0'))).toEqual(QUIET);
    const { data: latest } = await api.repos.getLatestRelease(scene.where);
    expect(latest.tag_name).toBe('v1.1.0');
    await scene.tag('v1.1.1');
    const major = await requestsOf(() => scene.run('v1.1.1', { 'major-tag': 'true' }));
    expect(major).toEqual([...QUIET, 'git/list-matching-refs', 'git/get-ref', 'git/create-ref']);
  }, 120_000);
});
