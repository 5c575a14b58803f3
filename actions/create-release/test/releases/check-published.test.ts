import { describe, expect, it } from '@jest/globals';
import type { ReleaseState } from '../../src/history/history.ts';
import { addDraftMarker } from '../../src/releases/canonical.ts';
import { checkPublished, type Expectation } from '../../src/releases/check-published.ts';
import { collectLog } from '../collect-log.ts';
import { serverError } from '../fake-calls.ts';
import { FakeReleases } from '../fake-releases.ts';
import { failure } from '../publishing.ts';

const log = collectLog();

/** A repository whose release v0.9.0 was the latest before v1.0.0 was published. */
const scene = () => {
  const releases = new FakeReleases();
  const before = releases.add({ tag: 'v0.9.0', draft: false });
  const release = releases.add({ draft: false, body: 'the notes' });
  releases.latest = before.id;
  const waits: number[] = [];
  const check = (change: Partial<Expectation> = {}) =>
    checkPublished(
      release,
      { latest: true, before, higher: () => undefined, ...change },
      { releases, retry: { retries: 3, wait: async (seconds) => waits.push(seconds) } },
    );
  return { releases, before, release, waits, check };
};
const highest = ({ newest }: ReleaseState) => newest.find(({ tag, draft }) => tag === 'v2.0.0' && !draft);

describe('the latest release after publishing', () => {
  it('is right at once, with one request', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    expect(await check()).toBe(true);
    expect(releases.calls).toEqual(['state']);
  });

  it('is marked again if GitHub has chosen another one', async () => {
    const { releases, release, waits, check } = scene();
    expect(await check()).toBe(true);
    expect(releases.latest).toBe(release.id);
    expect(releases.changes).toEqual(['update']);
    expect(waits).toHaveLength(1);
  });

  it('is the one before if GitHub has chosen this one, which should not be the latest', async () => {
    const { releases, before, release, check } = scene();
    releases.latest = release.id;
    expect(await check({ latest: false })).toBe(false);
    expect(releases.latest).toBe(before.id);
  });

  it('can be this one if there was none before', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    expect(await check({ latest: false, before: undefined })).toBe(true);
    expect(releases.changes).toEqual([]);
  });

  it('can be this one if it was the latest before, or if its tag has moved from the release that was', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    expect(await check({ latest: false, before: release })).toBe(true);
    expect(await check({ latest: false, before: { ...release, id: 1 } })).toBe(true);
    expect(releases.changes).toEqual([]);
  });

  it('is any other one if this one should not be the latest and is not', async () => {
    const { releases, check } = scene();
    releases.latest = releases.add({ tag: 'v2.0.0', draft: false }).id;
    expect(await check({ latest: false })).toBe(false);
    expect(releases.changes).toEqual([]);
  });

  it('is a higher version that a concurrent run has published', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    const higher = releases.add({ tag: 'v2.0.0', draft: false });
    expect(await check({ higher: highest })).toBe(false);
    expect(releases.latest).toBe(higher.id);
  });

  it('is a higher version that lists show only later', async () => {
    const { releases, check } = scene();
    const higher = releases.add({ tag: 'v2.0.0', draft: false });
    releases.hidden.add(higher.id);
    releases.beforeCall = (method, count) => {
      if (method === 'state' && count === 2) releases.hidden.clear();
    };
    expect(await check({ higher: highest })).toBe(false);
    expect(releases.latest).toBe(higher.id);
  });

  it('is this one with make-latest: true, whatever the versions', async () => {
    const { releases, release, check } = scene();
    releases.latest = releases.add({ tag: 'v2.0.0', draft: false }).id;
    expect(await check()).toBe(true);
    expect(releases.latest).toBe(release.id);
  });

  it('is read again when the server shows the change only later', async () => {
    const { releases, before, release, check } = scene();
    releases.beforeCall = (method, count) => {
      if (method === 'state') releases.latest = count < 3 ? before.id : release.id;
    };
    expect(await check()).toBe(true);
    expect(releases.count('state')).toBe(3);
  });

  it('is a warning and no failure if it stays another one', async () => {
    const { releases, before, waits, check } = scene();
    releases.beforeCall = () => {
      releases.latest = before.id;
    };
    log.clear();
    expect(await check()).toBe(false);
    expect(log.text).toContain('v0.9.0 is shown as the latest release, not v1.0.0. Set it on the page of v1.0.0.');
    expect(releases.count('state')).toBe(3);
    expect(waits).toHaveLength(2);
  });

  it('is named in the error when it cannot be marked', async () => {
    const { releases, check } = scene();
    releases.injectFailure = (method) => (method === 'update' ? serverError(403, 'Forbidden') : undefined);
    expect((await failure(check())).what).toContain('marking v1.0.0 as the latest release');
  });
});

describe('drafts with the tag of a published release', () => {
  it('are deleted if they are unfinished drafts of this action; those of persons and other tags are kept', async () => {
    const { releases, before, release, check } = scene();
    releases.latest = release.id;
    releases.add({ body: addDraftMarker('x', 'crashed') });
    const byHand = releases.add({ body: 'by hand' });
    const other = releases.add({ tag: 'v2.0.0', body: addDraftMarker('x', 'running') });
    await check();
    expect([...releases.all.keys()]).toEqual([before.id, release.id, byHand.id, other.id]);
  });

  it('may be deleted or published by concurrent runs in the meantime', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    const deleted = releases.add({ body: addDraftMarker('x', 'crashed') });
    const finished = releases.add({ body: addDraftMarker('x', 'crashed') });
    releases.beforeCall = (method) => {
      if (method !== 'get') return;
      releases.all.delete(deleted.id);
      releases.all.set(finished.id, { ...finished, draft: false });
    };
    await check();
    expect(releases.changes).toEqual([]);
  });

  it('are kept if a concurrent run has hidden the release in the meantime, to publish one of them', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    const next = releases.add({ body: addDraftMarker('x', 'moving') });
    releases.beforeCall = (method) => {
      if (method === 'get') releases.all.set(release.id, { ...release, draft: true });
    };
    await check();
    expect(releases.all.has(next.id)).toBe(true);
  });

  it('are named in the error when they cannot be read', async () => {
    const { releases, release, check } = scene();
    releases.latest = release.id;
    const { id } = releases.add({ body: addDraftMarker('x', 'crashed') });
    releases.injectFailure = (method) => (method === 'get' ? serverError(403, 'Forbidden') : undefined);
    expect((await failure(check())).what).toContain(`reading the draft ${id}`);
  });
});
