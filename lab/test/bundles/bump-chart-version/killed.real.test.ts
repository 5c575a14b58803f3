import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import {
  COMPLETE,
  COMPLETED,
  createProtected,
  createRepository,
  IN_MAIN,
  propose,
  proposeOther,
  RELEASE_WEB,
  stateOfMain,
  stateOfPullRequest,
  WITH_OTHER,
} from './one-image.ts';
import { admin, type TestRepository, useHub } from './scene.ts';

useHub();

/** How long the hub holds a request before it serves it. */
const HELD_MS = 700;

/** Runs the step and kills it while the hub holds this request, from 0. @returns whether the run came that far */
async function killAt(repository: TestRepository, request: number, inputs = COMPLETE): Promise<boolean> {
  await admin.addFault({ match: { path: '^/api/' }, after: request, times: 1, fault: { delayMs: HELD_MS } });
  let child: ChildProcess | undefined;
  let isRunning = true;
  const onStart = (started: ChildProcess): void => {
    child = started;
  };
  const running = repository.step(inputs, {}, { onStart }).finally(() => {
    isRunning = false;
  });
  while (isRunning && !(await admin.faults()).some(({ met }) => met > 0)) await new Promise(setImmediate);
  child?.kill('SIGKILL');
  const { exitCode } = await running;
  await admin.clearFaults();
  if (exitCode !== null) return false;
  // The hub may still serve the request, although nobody waits for the response.
  await new Promise((resolve) => setTimeout(resolve, 2 * HELD_MS));
  return true;
}

describe('a run in mode pull-request that is killed at any of its requests', () => {
  it.each<[string, (repository: TestRepository) => Promise<unknown>, object]>([
    ['and opens the pull request', async () => undefined, {}],
    ['and replaces its own earlier proposal', (repository) => repository.step(propose('web', '1.5.0')), {}],
    ['and brings the proposal of another service onto a newer base', proposeOther, WITH_OTHER],
  ])('%s is completed by the next run', async (_, prepare, expected) => {
    let request = 0;
    for (let isKilled = true; isKilled; request++) {
      const repository = await createProtected(prepare);
      isKilled = await killAt(repository, request);
      const { exitCode, outputs } = await repository.step(COMPLETE);
      const state = await stateOfPullRequest(repository, outputs.branch ?? '');
      expect({ request, exitCode, ...state }).toEqual({ request, exitCode: 0, ...COMPLETED, ...expected });
    }
    expect(request).toBeGreaterThan(8);
  });
});

describe('a run in mode commit that is killed at any of its requests', () => {
  it('is completed by the next run, with one commit', async () => {
    let request = 0;
    for (let isKilled = true; isKilled; request++) {
      const repository = await createRepository();
      isKilled = await killAt(repository, request, RELEASE_WEB);
      const { exitCode } = await repository.step(RELEASE_WEB);
      expect({ request, exitCode, ...(await stateOfMain(repository)) }).toEqual({ request, exitCode: 0, ...IN_MAIN });
    }
    expect(request).toBe(3);
  });
});
