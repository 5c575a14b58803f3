import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { admin, CHART, DIGEST, hub, TestRepository, useHub } from './scene.ts';

useHub();

const mapping = (name: string, tag: string): string =>
  `${name}: {repository: r.example/${name}, tag: ${tag}, digest: ""}\n`;
const valuesWith = (web: string, api: string): string => mapping('web', web) + mapping('api', api);
const imageOf = (name: string, tag: string): string =>
  JSON.stringify([{ name, repository: `r.example/${name}`, digest: DIGEST, tags: [tag] }]);

const propose = (name: string, tag: string): Record<string, string> => ({
  charts: 'helm/shop',
  version: 'patch',
  mode: 'pull-request',
  images: imageOf(name, tag),
  'pull-request-labels': 'release',
});
const COMPLETE: Record<string, string> = {
  ...propose('web', '2.0.0'),
  'pull-request-reviewers': 'rita',
  'pull-request-assignees': 'rita',
  'auto-merge': 'squash',
};

const createRepository = (): Promise<TestRepository> =>
  TestRepository.create({ 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': valuesWith('1.0.0', '1.0.0') });

/** A repository in which nothing is merged: the required check never passes. */
async function createProtected(prepare: (repository: TestRepository) => Promise<unknown>): Promise<TestRepository> {
  const repository = await createRepository();
  const { rest, where } = repository.octokit();
  hub.admin.createUser('rita');
  await rest.repos.addCollaborator({ ...where, username: 'rita', permission: 'push' });
  await rest.repos.update({ ...where, allow_auto_merge: true });
  await prepare(repository);
  await rest.repos.createRepoRuleset({
    ...where,
    name: 'checks',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules: [
      {
        type: 'required_status_checks',
        parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'Chart' }] },
      },
    ],
  });
  return repository;
}

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

/** The state after the run that follows. */
async function finalState(repository: TestRepository) {
  const { rest, where } = repository.octokit();
  const result = await repository.step(COMPLETE);
  const { branch = '' } = result.outputs;
  const { data: pulls } = await rest.pulls.list({ ...where, state: 'open' });
  const { data: branches } = await rest.repos.listBranches(where);
  const values = await repository.blob('helm/shop/values.yaml', branch);
  return {
    exitCode: result.exitCode,
    tags: [...values.matchAll(/tag: ([^,]+)/g)].map(([, tag]) => tag),
    version: /^version: (\S+)/m.exec(await repository.blob('helm/shop/Chart.yaml', branch))?.[1],
    branches: branches.map(({ name }) => name).filter((name) => name !== 'main' && name !== branch),
    pulls: pulls.map(({ head, labels, requested_reviewers: reviewers, assignees, auto_merge: merge }) => ({
      isHere: head.ref === branch,
      labels: labels.map(({ name }) => name),
      people: [...(reviewers ?? []), ...(assignees ?? [])].map(({ login }) => login),
      merge: merge?.merge_method,
    })),
    isDescribed: [...(pulls[0]?.body ?? '').matchAll(/`(\w+)\.tag`/g)].map(([, name]) => name),
  };
}

const DONE = {
  exitCode: 0,
  branches: [],
  pulls: [{ isHere: true, labels: ['release'], people: ['rita', 'rita'], merge: 'squash' }],
};

describe('a run in mode pull-request that is killed at any of its requests', () => {
  it.each<[string, (repository: TestRepository) => Promise<unknown>, object]>([
    [
      'and opens the pull request',
      async () => undefined,
      { tags: ['2.0.0', '1.0.0'], version: '1.0.1', isDescribed: ['web'] },
    ],
    [
      'and replaces its own earlier proposal',
      (repository) => repository.step(propose('web', '1.5.0')),
      { tags: ['2.0.0', '1.0.0'], version: '1.0.1', isDescribed: ['web'] },
    ],
    [
      'and brings the proposal of another service onto a newer base',
      async (repository) => {
        await repository.step(propose('api', '3.0.0'));
        await repository.push({ 'helm/shop/values.yaml': `# moved\n${valuesWith('1.0.0', '1.0.0')}` }, 'fix: theirs');
      },
      { tags: ['2.0.0', '3.0.0'], version: '1.0.1', isDescribed: ['web', 'api'] },
    ],
  ])('%s is completed by the next run', async (_, prepare, expected) => {
    let request = 0;
    for (let isKilled = true; isKilled; request++) {
      const repository = await createProtected(prepare);
      isKilled = await killAt(repository, request);
      expect({ request, ...(await finalState(repository)) }).toEqual({ request, ...DONE, ...expected });
    }
    expect(request).toBeGreaterThan(8);
  });
});

describe('a run in mode commit that is killed at any of its requests', () => {
  const RELEASE = { charts: 'helm/shop', version: 'patch', images: imageOf('web', '2.0.0') };

  it('is completed by the next run, with one commit', async () => {
    let request = 0;
    for (let isKilled = true; isKilled; request++) {
      const repository = await createRepository();
      isKilled = await killAt(repository, request, RELEASE);
      const { exitCode } = await repository.step(RELEASE);
      expect({
        request,
        exitCode,
        log: await repository.log(),
        chart: await repository.blob('helm/shop/Chart.yaml'),
        values: await repository.blob('helm/shop/values.yaml'),
      }).toEqual({
        request,
        exitCode: 0,
        log: ['chore(release): shop 1.0.1', 'feat: the start'],
        chart: CHART.replace('version: 1.0.0', 'version: 1.0.1').replace('appVersion: "1.0.0"', 'appVersion: "2.0.0"'),
        values: valuesWith('2.0.0', '1.0.0').replace('digest: ""', `digest: "${DIGEST}"`),
      });
    }
    expect(request).toBe(3);
  });
});
