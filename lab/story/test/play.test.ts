import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Act } from '../act.ts';
import { acts, story } from '../acts/index.ts';
import { Expectations } from '../expectations.ts';
import { playActs } from '../play.ts';
import { summarize } from '../summary.ts';
import type { World } from '../world.ts';

const act = (name: string, play: Act['play'], timeoutSeconds = 10): Act => ({
  name,
  title: name,
  timeoutSeconds,
  play,
});

describe('Expectations', () => {
  it('keep what was met, end at the first that is not met, and keep it too', () => {
    const expectations = new Expectations();
    expectations.equal('lists are compared by their content', ['a', { b: 1 }], ['a', { b: 1 }]);
    expect(() => expectations.equal('the digest', 'sha256:1', 'sha256:2')).toThrow(
      'expected: the digest; found: sha256:1, not sha256:2',
    );
    expect(expectations.all).toEqual([
      { what: 'lists are compared by their content', measured: '["a",{"b":1}]', met: true },
      { what: 'the digest', measured: 'sha256:1, not sha256:2', met: false },
    ]);
  });

  it('do not accept a missing value as an expected one', () => {
    expect(() => new Expectations().equal('the tag', undefined, 'v1')).toThrow('found: nothing, not v1');
  });
});

describe('playActs', () => {
  let directory: string;
  let world: World;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'play-'));
    world = { labDir: directory } as World;
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('plays in order, passes on the state of the story and writes the results', async () => {
    const results = await playActs(
      [
        act('first', async ({ expect, state }) => {
          expect.holds('it began', true, 'yes');
          state.version = '1.0.0';
        }),
        act('second', async ({ expect, state }) => expect.equal('the version', state.version, '1.0.0')),
      ],
      world,
    );
    expect(results.map(({ act, failure, expectations }) => [act, failure, expectations.length])).toEqual([
      ['first', undefined, 1],
      ['second', undefined, 1],
    ]);
    expect(JSON.parse(await readFile(join(directory, 'results.json'), 'utf8'))).toEqual(results);
  });

  it('stops at the act that fails and names the expectation', async () => {
    const later: string[] = [];
    const results = await playActs(
      [
        act('broken', async ({ expect }) => expect.equal('requests lost', 3, 0)),
        act('later', async () => void later.push('played')),
      ],
      world,
    );
    expect(results).toMatchObject([{ act: 'broken', failure: 'expected: requests lost; found: 3, not 0' }]);
    expect(later).toEqual([]);
    expect(summarize(results)).toMatch(/requests lost +3, not 0 +✘ missed/);
  });

  it('ends an act at its time limit', async () => {
    const results = await playActs([act('endless', () => new Promise(() => undefined), 0.05)], world);
    expect(results[0]?.failure).toContain('The act took longer than 0.05 s');
  });

  it('is ended by a signal, which is not a failure of the act', async () => {
    const controller = new AbortController();
    const later: string[] = [];
    const acts = [
      act('endless', () => {
        controller.abort(new Error('Ctrl-C'));
        return new Promise(() => undefined);
      }),
      act('later', async () => void later.push('played')),
    ];
    await expect(playActs(acts, world, controller.signal)).rejects.toThrow('Ctrl-C');
    expect(later).toEqual([]);
    await expect(playActs(acts.slice(1), world, controller.signal)).rejects.toThrow('Ctrl-C');
    expect(later).toEqual([]);
  });

  it('shows an error that is not an expectation', async () => {
    const results = await playActs([act('defect', () => Promise.reject(new Error('the hub does not respond')))], world);
    expect(summarize(results)).toMatch(/plays to its end +Error: the hub does not respond/);
  });
});

it('every act of the story can be played alone, by a unique name', () => {
  expect(new Set(acts.map(({ name }) => name)).size).toBe(acts.length);
  expect(story.filter((act) => !acts.includes(act))).toEqual([]);
});

it('the README of the lab lists every act with its positions in the story', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|.*\| ([\d, ]+) \|$/gm)].map(([, name, positions]) => [
    name,
    positions,
  ]);
  const positions = (act: Act) => story.flatMap((played, index) => (played === act ? [index + 1] : [])).join(', ');
  expect(rows).toEqual([...new Set(story)].map((act) => [act.name, positions(act)]));
  for (const { name } of acts) expect(page).toContain(`\`${name}\``);
});
