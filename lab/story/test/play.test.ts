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

const world = {} as World;
const act = (name: string, play: Act['play'], limit = 10): Act => ({ name, number: 1, title: name, limit, play });

describe('Expectations', () => {
  it('keeps what was met and ends at the first that is not, which it keeps too', () => {
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

  it('does not take a missing value for an expected one', () => {
    expect(() => new Expectations().equal('the tag', undefined, 'v1')).toThrow('found: nothing, not v1');
  });
});

describe('playActs', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'play-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('plays in order, hands on what acts leave for each other and writes the results', async () => {
    const played = await playActs(
      [
        act('first', async (_, expect, thread) => {
          expect.holds('it began', true, 'yes');
          thread.version = '1.0.0';
        }),
        act('second', async (_, expect, thread) => expect.equal('the version', thread.version, '1.0.0')),
      ],
      world,
      directory,
    );
    expect(played.map(({ act, failure, expectations }) => [act, failure, expectations.length])).toEqual([
      ['first', undefined, 1],
      ['second', undefined, 1],
    ]);
    expect(JSON.parse(await readFile(join(directory, 'results.json'), 'utf8'))).toEqual(played);
  });

  it('stops at the act that fails and says which expectation', async () => {
    const later: string[] = [];
    const played = await playActs(
      [
        act('broken', async (_, expect) => expect.equal('requests lost', 3, 0)),
        act('later', async () => void later.push('played')),
      ],
      world,
      directory,
    );
    expect(played).toMatchObject([{ act: 'broken', failure: 'expected: requests lost; found: 3, not 0' }]);
    expect(later).toEqual([]);
    expect(summarize(played)).toMatch(/requests lost +3, not 0 +✘ missed/);
  });

  it('ends an act at its time limit', async () => {
    const played = await playActs([act('endless', () => new Promise(() => undefined), 0.05)], world, directory);
    expect(played[0]?.failure).toContain('The act took longer than 0.05 s');
  });

  it('is ended by a signal, which is no failure of the act', async () => {
    const stop = new AbortController();
    const later: string[] = [];
    const telling = playActs(
      [
        act('endless', () => {
          stop.abort(new Error('Ctrl-C'));
          return new Promise(() => undefined);
        }),
        act('later', async () => void later.push('played')),
      ],
      world,
      directory,
      stop.signal,
    );
    await expect(telling).rejects.toThrow('Ctrl-C');
    expect(later).toEqual([]);
    const again = playActs([act('later', async () => void later.push('played'))], world, directory, stop.signal);
    await expect(again).rejects.toThrow('Ctrl-C');
    expect(later).toEqual([]);
  });

  it('shows an error that is no expectation', async () => {
    const played = await playActs(
      [act('defect', () => Promise.reject(new Error('the hub is gone')))],
      world,
      directory,
    );
    expect(summarize(played)).toMatch(/plays to its end +Error: the hub is gone/);
  });
});

it('every act of the story can be played alone, by a name of its own', () => {
  expect(new Set(acts.map(({ name }) => name)).size).toBe(acts.length);
  expect(story.filter((each) => !acts.includes(each))).toEqual([]);
});

it('the lab’s own page names every act, with its number in the story', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|.*\| (\d+) \|$/gm)].map(([, name, number]) => [
    name,
    Number(number),
  ]);
  expect(rows).toEqual([...new Set(story)].map(({ name, number }) => [name, number]));
  for (const { name } of acts) expect(page).toContain(`\`${name}\``);
});
