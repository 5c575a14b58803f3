import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fewestServing,
  isReady,
  isServing,
  type Life,
  livesOf,
  type Pod,
  toldToGoAt,
  versionOf,
} from '../cluster/pods.ts';

const time = (second: number): string => new Date(second * 1000).toISOString();

interface Described {
  name?: string;
  version?: string;
  readyAt?: number;
  toldAt?: number;
  grace?: number;
}

const pod = ({ name = 'web-1', version = '1.0.0', readyAt, toldAt, grace = 12 }: Described): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    creationTimestamp: time(0),
    ...(toldAt === undefined ? {} : { deletionTimestamp: time(toldAt + grace), deletionGracePeriodSeconds: grace }),
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
  it('serves while it is ready and was not told to go', () => {
    expect(
      [pod({}), pod({ readyAt: 3 }), pod({ readyAt: 3, toldAt: 9 })].map((each) => [isReady(each), isServing(each)]),
    ).toEqual([
      [false, false],
      [true, true],
      [true, false],
    ]);
  });

  it('was told to go a grace period before its deletion timestamp', () => {
    expect(toldToGoAt(pod({ toldAt: 9, grace: 30 }))).toBe(9000);
    expect(toldToGoAt(pod({}))).toBeUndefined();
  });

  it('is of the version that its only container is told', () => {
    expect(versionOf(pod({ version: '1.2.3' }))).toBe('1.2.3');
  });
});

describe('the lives of pods', () => {
  it('keep when a pod became ready, also when it is no longer ready at its end', () => {
    const seen = [pod({}), pod({ readyAt: 5 }), pod({ readyAt: 5, toldAt: 20 }), pod({ toldAt: 20 })];
    expect(livesOf(seen)).toMatchObject([{ name: 'web-1', version: '1.0.0', readyAt: 5000, leftAt: 20_000 }]);
  });

  it('know when a pod was not ready in between', () => {
    const lapsed = pod({});
    const [condition] = lapsed.status.conditions ?? [];
    if (condition) condition.lastTransitionTime = time(8);
    const [life] = livesOf([pod({ readyAt: 5 }), lapsed, lapsed, pod({ readyAt: 11 }), pod({ readyAt: 11 })]);
    expect(life).toMatchObject({ readyAt: 5000, lapses: [{ from: 8000, to: 11_000 }] });
  });
});

describe('the fewest that served', () => {
  const life = (name: string, readyAt?: number, leftAt?: number, lapses: Life['lapses'] = []): Life => ({
    name,
    version: '1',
    readyAt,
    leftAt,
    lapses,
  });

  it.each<[string, Life[], number]>([
    [
      'two old ones go after two new ones are ready',
      [life('a', 0, 9), life('b', 0, 10), life('c', 5), life('d', 6)],
      2,
    ],
    ['an old one goes before its new one is ready', [life('a', 0, 4), life('b', 0, 10), life('c', 5), life('d', 6)], 1],
    ['both go at once', [life('a', 0, 9), life('b', 0, 9), life('c', 5), life('d', 6)], 2],
    [
      'a new one that is never ready counts for nothing',
      [life('a', 0, 9), life('b', 0, 10), life('c', 5), life('d')],
      1,
    ],
    [
      'a new one that is not ready at that moment counts for nothing then',
      [life('a', 0, 9), life('b', 0, 12), life('c', 5, undefined, [{ from: 8, to: 10 }]), life('d', 6)],
      2,
    ],
    [
      'nor does one that was ready once',
      [life('a', 0, 9), life('b', 0, 12), life('c', 5, undefined, [{ from: 8 }]), life('d', 6)],
      1,
    ],
  ])('%s', (_, lives, expected) => {
    expect(
      fewestServing(
        lives,
        lives.filter(({ leftAt }) => leftAt !== undefined),
      ),
    ).toBe(expected);
  });

  it('is never more than there are others', () => {
    const anyLife = fc.record({
      name: fc.string(),
      version: fc.constant('1'),
      readyAt: fc.nat(50),
      leftAt: fc.nat(50),
      lapses: fc.constant([]),
    });
    fc.assert(
      fc.property(fc.array(anyLife, { minLength: 1 }), (lives) => {
        expect(fewestServing(lives, lives)).toBeLessThan(lives.length);
      }),
    );
  });
});
