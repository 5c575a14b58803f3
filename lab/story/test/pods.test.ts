import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isReady,
  isServing,
  minServing,
  type Pod,
  type PodTimeline,
  podTimelines,
  terminationRequestedAt,
  versionOf,
} from '../cluster/pods.ts';

const time = (second: number): string => new Date(second * 1000).toISOString();

interface PodFields {
  name?: string;
  version?: string;
  readyAt?: number;
  deletedAt?: number;
  grace?: number;
}

const pod = ({ name = 'web-1', version = '1.0.0', readyAt, deletedAt, grace = 12 }: PodFields): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    creationTimestamp: time(0),
    ...(deletedAt === undefined
      ? {}
      : { deletionTimestamp: time(deletedAt + grace), deletionGracePeriodSeconds: grace }),
  },
  spec: { containers: [{ name: 'web', image: 'web', env: [{ name: 'APP_VERSION', value: version }] }] },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: readyAt === undefined ? 'False' : 'True', lastTransitionTime: time(readyAt ?? 0) },
    ],
  },
});

describe('a pod', () => {
  it('serves while it is ready and not terminating', () => {
    expect(
      [pod({}), pod({ readyAt: 3 }), pod({ readyAt: 3, deletedAt: 9 })].map((state) => [
        isReady(state),
        isServing(state),
      ]),
    ).toEqual([
      [false, false],
      [true, true],
      [true, false],
    ]);
  });

  it('was deleted a grace period before its deletion timestamp', () => {
    expect(terminationRequestedAt(pod({ deletedAt: 9, grace: 30 }))).toBe(9000);
    expect(terminationRequestedAt(pod({}))).toBeUndefined();
  });

  it('has the version in the environment of its only container', () => {
    expect(versionOf(pod({ version: '1.2.3' }))).toBe('1.2.3');
  });
});

describe('the timelines of pods', () => {
  it('keep when a pod became ready, also if it is no longer ready at its end', () => {
    const observed = [pod({}), pod({ readyAt: 5 }), pod({ readyAt: 5, deletedAt: 20 }), pod({ deletedAt: 20 })];
    expect(podTimelines(observed)).toMatchObject([
      { name: 'web-1', version: '1.0.0', readyAt: 5000, terminatingAt: 20_000 },
    ]);
  });

  it('include periods in which a pod was not ready', () => {
    const unready = pod({});
    const [condition] = unready.status.conditions ?? [];
    if (condition) condition.lastTransitionTime = time(8);
    const [timeline] = podTimelines([
      pod({ readyAt: 5 }),
      unready,
      unready,
      pod({ readyAt: 11 }),
      pod({ readyAt: 11 }),
    ]);
    expect(timeline).toMatchObject({ readyAt: 5000, unreadyPeriods: [{ from: 8000, to: 11_000 }] });
  });
});

describe('the lowest number of serving pods', () => {
  const timeline = (times: Partial<PodTimeline>): PodTimeline => ({
    name: 'web',
    version: '1',
    unreadyPeriods: [],
    ...times,
  });
  const old = (terminatingAt: number) => timeline({ readyAt: 0, terminatingAt });
  const updated = (readyAt?: number, unreadyPeriods: PodTimeline['unreadyPeriods'] = []) =>
    timeline({ readyAt, unreadyPeriods });

  it.each<[string, PodTimeline[], number]>([
    ['two old pods are terminated after two new ones are ready', [old(9), old(10), updated(5), updated(6)], 2],
    ['an old pod is terminated before its new one is ready', [old(4), old(10), updated(5), updated(6)], 1],
    ['both are terminated at once', [old(9), old(9), updated(5), updated(6)], 2],
    ['a new pod that is never ready does not count', [old(9), old(10), updated(5), updated()], 1],
    [
      'a new pod that is not ready at that moment does not count then',
      [old(9), old(12), updated(5, [{ from: 8, to: 10 }]), updated(6)],
      2,
    ],
    ['a new pod that is no longer ready does not count', [old(9), old(12), updated(5, [{ from: 8 }]), updated(6)], 1],
  ])('%s', (_, timelines, expected) => {
    expect(
      minServing(
        timelines,
        timelines.filter(({ terminatingAt }) => terminatingAt !== undefined),
      ),
    ).toBe(expected);
  });

  it('is always lower than the number of pods', () => {
    const anyTimeline = fc.record({
      name: fc.string(),
      version: fc.constant('1'),
      readyAt: fc.nat(50),
      terminatingAt: fc.nat(50),
      unreadyPeriods: fc.constant([]),
    });
    fc.assert(
      fc.property(fc.array(anyTimeline, { minLength: 1 }), (timelines) => {
        expect(minServing(timelines, timelines)).toBeLessThan(timelines.length);
      }),
    );
  });
});
