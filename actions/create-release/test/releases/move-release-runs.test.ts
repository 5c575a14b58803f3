import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDraftMarker } from '../../src/releases/canonical.ts';
import { collectLog } from '../collect-log.ts';
import { serverError } from '../fake-calls.ts';
import { sha } from '../fake-history.ts';
import { failure, onlyRelease } from '../publishing.ts';
import { expectReleaseOf, move, type Scene, scene } from './moving.ts';

collectLog();

describe('a run that ends at any request', () => {
  it('leaves a state that the next run completes', async () => {
    const clean = scene();
    await move(clean, 'b');
    for (let index = 1; index <= clean.releases.calls.length; index++)
      for (const kind of ['before', 'after']) {
        const all = scene();
        const { releases } = all;
        const crash = new Error('killed');
        // Nothing that a killed run would still do has an effect.
        releases.injectFailure = (_method, _count, when) =>
          releases.calls.length > index || (releases.calls.length === index && when === kind) ? crash : undefined;
        expect(await failure(move(all, 'b'))).toBe(crash);
        releases.injectFailure = () => undefined;
        await move(all, 'b');
        expectReleaseOf(all, 'b');
        expect([index, onlyRelease(releases)]).toMatchObject([
          index,
          { release: { name: 'Nightly' }, text: 'by hand\n\nthe notes' },
        ]);
      }
  });

  it('leaves a state from which a newer commit can be released', async () => {
    const clean = scene();
    await move(clean, 'b');
    for (let index = 1; index <= clean.releases.calls.length; index++) {
      const all = scene();
      const { releases } = all;
      releases.injectFailure = () => (releases.calls.length >= index ? new Error('killed') : undefined);
      await failure(move(all, 'b'));
      releases.injectFailure = () => undefined;
      await move(all, 'c');
      expectReleaseOf(all, 'c');
    }
  });

  it.each(['create', 'uploadAsset', 'update'] as const)('is not needed: %s is retried', async (failedMethod) => {
    for (const kind of ['before', 'after'])
      for (const failedCount of [1, 2]) {
        const all = scene();
        all.releases.injectFailure = (method, count, when) =>
          method === failedMethod && count === failedCount && when === kind ? serverError(502) : undefined;
        await move(all, 'b');
        expectReleaseOf(all, 'b');
      }
  });
});

describe('concurrent runs that move a tag', () => {
  it('never move it back from a newer commit', async () => {
    const all = scene();
    let isDone = false;
    all.releases.beforeCall = async (method) => {
      if (method !== 'uploadAsset' || isDone) return;
      isDone = true;
      await move(all, 'c');
    };
    expect(await move(all, 'b')).toMatchObject({ created: false, changed: false });
    expectReleaseOf(all, 'c');
  });

  it('never move it back after the upload, whether it had a release before or not', async () => {
    for (const hasRelease of [true, false]) {
      const all = scene();
      if (!hasRelease) all.releases.all.clear();
      let isDone = false;
      const moveOn = async () => {
        if (isDone) return;
        isDone = true;
        await move(all, 'c');
      };
      expect(await move(all, 'b', {}, moveOn)).toMatchObject({ changed: false });
      expect(all.history.replaceTagCalls).toEqual([['nightly', sha('a'), sha('c')]]);
      expectReleaseOf(all, 'c');
    }
  });

  it('never leave files of an older commit under the tag', async () => {
    const all = scene();
    // Another run moves the tag after this one has, and has not published yet.
    all.releases.beforeCall = (method, count) => {
      if (method === 'update' && count === 2) all.history.all.set('nightly', sha('c'));
    };
    const error = await failure(move(all, 'b'));
    expect(error.why).toBe('another run moves it to a newer commit');
    expect([...all.releases.all.values()].filter(({ draft }) => !draft)).toEqual([]);
  });

  it('move it on from an older commit', async () => {
    const all = scene();
    let isDone = false;
    all.releases.beforeCall = async (method) => {
      if (method !== 'uploadAsset' || isDone) return;
      isDone = true;
      await move(all, 'b');
    };
    await move(all, 'c');
    expectReleaseOf(all, 'c');
  });

  /** Runs whose requests come in any order. */
  const inAnyOrder = (letters: string, check: (all: Scene, failures: string[]) => void | Promise<void>) =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const all = scene();
        all.releases.beforeCall = (method) => scheduler.schedule(Promise.resolve(), method);
        const results = await scheduler.waitFor(Promise.allSettled([...letters].map((letter) => move(all, letter))));
        all.releases.beforeCall = () => undefined;
        const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
        await check(all, failures);
      }),
      { numRuns: 200 },
    );

  it('to one commit end with one release, whatever the order of their requests', async () => {
    await inAnyOrder('bb', (all, failures) => {
      expect(failures).toEqual([]);
      expectReleaseOf(all, 'b');
    });
  });

  it('to several commits fail at most with a concurrent run, and leave a state that the next run completes', async () => {
    await inAnyOrder('bcb', async (all, failures) => {
      for (const message of failures) expect(message).toMatch(/^ConcurrentRunError: /);
      await move(all, 'c');
      expectReleaseOf(all, 'c');
    });
  });

  it('delete what a run left that ended before', async () => {
    const all = scene();
    all.releases.add({ tag: 'nightly', body: addDraftMarker('x', 'crashed') });
    await move(all, 'b');
    expectReleaseOf(all, 'b');
  });
});
