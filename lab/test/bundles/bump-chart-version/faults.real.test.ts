import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { FaultRequest } from '../../../hub/index.ts';
import { chooseCells } from '../matrix.ts';
import type { StepResult } from '../step.ts';
import {
  COMPLETE,
  COMPLETED,
  createProtected,
  createRepository,
  IN_MAIN,
  proposeOther,
  RELEASE_WEB,
  stateOfMain,
  stateOfPullRequest,
  WITH_OTHER,
} from './one-image.ts';
import { hubs, type TestHub, type TestRepository, useHub } from './scene.ts';

/** Runs wait most of the time. */
useHub(4);

const FAULTS: Readonly<Record<string, FaultRequest['fault']>> = {
  'a reset connection': 'reset',
  'a lost response': 'lost-response',
  'half a response': 'cut-response',
  'half of the JSON': 'invalid-json',
  'an empty response': 'empty-response',
  'the page of a proxy': 'html',
  'a redirect': 'redirect',
  'status 502': { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' },
  'a secondary rate limit': {
    status: 403,
    headers: { 'retry-after': '1' },
    body: { message: 'You have exceeded a secondary rate limit.' },
  },
};
/** Lists lag for a while, not for one request. */
const LISTS = 'lists that lag';
const LAG: FaultRequest['fault'] = { lagMs: 2000 };

/** Each run takes two seconds of a processor at most, and there are more than 200 with `FAULTS=all`. */
const TIMEOUT_MS = 1_800_000;
/** The requests of an action, not those of Git. */
const API = /^\/api\//;

interface Scenario {
  create: (on: TestHub) => Promise<TestRepository>;
  inputs: Record<string, string>;
  /** The state after a step with these outputs. */
  stateAfter: (repository: TestRepository, outputs: StepResult['outputs']) => Promise<unknown>;
  expected: unknown;
  /** Default: all. */
  faults?: readonly string[];
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'in mode commit': {
    create: createRepository,
    // A glob needs requests of its own.
    inputs: { ...RELEASE_WEB, charts: 'helm/*' },
    stateAfter: stateOfMain,
    expected: IN_MAIN,
  },
  'that opens a pull request': {
    create: (on) => createProtected(undefined, on),
    inputs: { ...COMPLETE, charts: 'helm/*' },
    stateAfter: (repository, { branch = '' }) => stateOfPullRequest(repository, branch),
    expected: COMPLETED,
  },
  'that brings the pull request of another service onto a newer base': {
    create: (on) => createProtected(proposeOther, on),
    inputs: COMPLETE,
    stateAfter: (repository, { branch = '' }) => stateOfPullRequest(repository, branch),
    expected: { ...COMPLETED, ...WITH_OTHER },
    // Those after which a run cannot know whether the server did what it asked for, and whether it was the server.
    faults: ['half a response', 'the page of a proxy'],
  },
};

/** How many requests a run sends that meets no fault. */
async function countRequests({ create, inputs }: Scenario, on: TestHub): Promise<number> {
  const repository = await create(on);
  await on.admin.clearRequests();
  const { exitCode, log } = await repository.step(inputs);
  expect(exitCode === 0 ? '' : log).toBe('');
  return (await on.admin.requests()).filter(({ path }) => API.test(path)).length;
}

interface Cell {
  fault: string;
  /** Of the run, from 0. */
  request: number | 'all';
}

/** What is wrong after one run that meets a fault at a request, and after another one that meets none. */
async function meet(scenario: Scenario, { fault, request }: Cell, on: TestHub) {
  const { admin } = on;
  const repository = await scenario.create(on);
  const problemOf = async ({ exitCode, outputs, log }: StepResult): Promise<unknown> => {
    const state = await scenario.stateAfter(repository, outputs).catch(String);
    return exitCode === 0 && isDeepStrictEqual(state, scenario.expected)
      ? undefined
      : { fault, request, exitCode, state, log };
  };
  const match = { path: API.source };
  await admin.addFault(
    request === 'all' ? { match, fault: LAG } : { match, after: request, times: 1, fault: FAULTS[fault] ?? 'reset' },
  );
  const result = await repository.step(scenario.inputs);
  const [added] = await admin.faults();
  await admin.clearFaults();
  const first = (added?.met ?? 0) > 0 ? await problemOf(result) : { fault, request, isMet: false };
  const second = first === undefined ? undefined : await problemOf(await repository.step(scenario.inputs));
  return { fault, first, second };
}

describe('a run whose server fails once, in any way, at any of its requests', () => {
  it.each(Object.entries(SCENARIOS))(
    '%s is right all the same',
    async (title, scenario) => {
      const [hub] = hubs;
      const requests = hub === undefined ? 0 : await countRequests(scenario, hub);
      expect(requests).toBeGreaterThan(3);
      const faults = scenario.faults ?? Object.keys(FAULTS);
      const cells: Cell[] = [...chooseCells(faults, requests), { fault: LISTS, request: 'all' }];
      // One run at a time on each hub, so that its requests can be counted.
      const queue = cells.values();
      const results = (
        await Promise.all(
          hubs.map(async (on) => {
            const ofHub: Awaited<ReturnType<typeof meet>>[] = [];
            for (const cell of queue) ofHub.push(await meet(scenario, cell, on));
            return ofHub;
          }),
        )
      ).flat();
      const lines = [...faults, LISTS].map((fault) => {
        const ofFault = results.filter((result) => result.fault === fault);
        const right = ofFault.filter(({ first }) => first === undefined).length;
        const later = ofFault.filter(({ first, second }) => first !== undefined && second === undefined).length;
        return `${fault}: ${ofFault.length} runs, ${right} right at once, ${later} after one more run`;
      });
      process.stdout.write(`A run ${title}\n${lines.join('\n')}\n`);
      expect(results.flatMap(({ first, second }) => (first === undefined ? [] : [{ first, second }]))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
