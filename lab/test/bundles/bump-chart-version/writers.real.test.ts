import { describe, expect, it } from '@jest/globals';
import { admin, CHART, DIGEST, RELEASE, RELEASED, TestRepository, useHub, VALUES } from './scene.ts';

useHub();

const TIMEOUT_MS = 300_000;

/** Every fault a few times, each after another number of requests, so that they meet runs at different moments. */
async function disturb(): Promise<void> {
  const faults = ['lost-response', 'reset', { status: 502, body: { message: 'Bad Gateway' } }] as const;
  for (const [index, fault] of faults.entries())
    await admin.addFault({ match: { operation: 'graphql' }, after: 5 + 10 * index, times: 3, fault });
}

/** Runs the steps at once, while the server fails. @returns their outputs */
async function runAll(repository: TestRepository, steps: readonly Record<string, string>[]) {
  await disturb();
  const results = await Promise.all(steps.map((inputs) => repository.step({ ...inputs, retries: '99' })));
  expect(results.filter(({ exitCode }) => exitCode !== 0).map(({ log }) => log)).toEqual([]);
  expect((await admin.faults()).map(({ met }) => met)).toEqual([3, 3, 3]);
  return results.map(({ outputs }) => outputs);
}

/** The subjects of all commits, sorted. */
const subjects = async (repository: TestRepository): Promise<string[]> => (await repository.log()).sort();

/** The branches of the open pull requests, sorted. */
async function openBranches(repository: TestRepository): Promise<string[]> {
  const { rest, where } = repository.octokit();
  const { data } = await rest.pulls.list({ ...where, state: 'open', per_page: 100 });
  return data.map(({ head }) => head.ref).sort();
}

describe('50 runs for 50 charts at once, while the server fails', () => {
  const names = Array.from({ length: 50 }, (_, index) => `c${index}`);
  const steps = names.map((name) => ({ ...RELEASE, charts: `charts/${name}` }));
  const createCharts = (): Promise<TestRepository> =>
    TestRepository.create(
      Object.fromEntries(
        names.flatMap((name) => [
          [`charts/${name}/Chart.yaml`, CHART.replace('shop', name)],
          [`charts/${name}/values.yaml`, VALUES],
        ]),
      ),
    );

  it(
    'in mode commit: 50 commits, none lost, each once',
    async () => {
      const repository = await createCharts();
      const outputs = await runAll(repository, steps);
      expect(outputs.map(({ changed }) => changed)).toEqual(names.map(() => 'true'));
      expect(await subjects(repository)).toEqual(
        [...names.map((name) => `chore(release): ${name} 1.4.2`), 'feat: the start'].sort(),
      );
      for (const name of names) expect(await repository.blob(`charts/${name}/values.yaml`)).toBe(RELEASED);
    },
    TIMEOUT_MS,
  );

  it(
    'in mode pull-request: 50 pull requests of one commit each',
    async () => {
      const repository = await createCharts();
      const outputs = await runAll(
        repository,
        steps.map((inputs) => ({ ...inputs, mode: 'pull-request' })),
      );
      const branches = outputs.map(({ branch = '' }) => branch);
      expect(await openBranches(repository)).toEqual([...new Set(branches)].sort());
      for (const [index, name] of names.entries()) {
        const branch = branches[index] ?? '';
        expect(await repository.log(branch)).toEqual([`chore(release): ${name} 1.4.2`, 'feat: the start']);
        expect(await repository.blob(`charts/${name}/values.yaml`, branch)).toBe(RELEASED);
      }
      expect(await repository.log()).toEqual(['feat: the start']);
    },
    TIMEOUT_MS,
  );
});

describe('20 runs for 20 images of one chart at once, while the server fails', () => {
  const names = Array.from({ length: 20 }, (_, index) => `service-${index}`);
  const steps = names.map((name) => ({
    charts: 'helm/shop',
    version: 'patch',
    'app-version': 'none',
    images: JSON.stringify([{ name, repository: `r.example/${name}`, digest: DIGEST, tags: ['2.0.0'] }]),
  }));
  const values = (tag: string, digest: string): string =>
    names.map((name) => `${name}: {repository: r.example/${name}, tag: "${tag}", digest: "${digest}"}\n`).join('');
  const createChart = (): Promise<TestRepository> =>
    TestRepository.create({ 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': values('1.0.0', '') });

  it(
    'in mode commit: each image is set, and the version is counted 20 times',
    async () => {
      const repository = await createChart();
      await runAll(repository, steps);
      expect(await repository.blob('helm/shop/values.yaml')).toBe(values('2.0.0', DIGEST));
      expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replace('version: 1.0.0', 'version: 1.0.20'));
      expect(await repository.log()).toHaveLength(21);
    },
    TIMEOUT_MS,
  );

  it(
    'in mode pull-request: one pull request sets each image, and the version is counted once',
    async () => {
      const repository = await createChart();
      const outputs = await runAll(
        repository,
        steps.map((inputs) => ({ ...inputs, mode: 'pull-request' })),
      );
      const [branch = '', ...others] = [...new Set(outputs.map((given) => given.branch))];
      expect(others).toEqual([]);
      expect(await openBranches(repository)).toEqual([branch]);
      expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(values('2.0.0', DIGEST));
      expect(await repository.blob('helm/shop/Chart.yaml', branch)).toBe(
        CHART.replace('version: 1.0.0', 'version: 1.0.1'),
      );
      expect(await repository.log()).toEqual(['feat: the start']);
    },
    TIMEOUT_MS,
  );
});
