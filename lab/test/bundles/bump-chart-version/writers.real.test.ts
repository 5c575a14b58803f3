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

/** The subjects of all commits, sorted. */
const subjects = async (repository: TestRepository): Promise<string[]> => (await repository.log()).sort();

describe('runs that commit to one branch at once, while the server fails', () => {
  it(
    'for 50 charts: 50 commits, none lost, each once',
    async () => {
      const charts = Array.from({ length: 50 }, (_, index) => `charts/c${index}`);
      const repository = await TestRepository.create(
        Object.fromEntries(
          charts.flatMap((chart) => [
            [`${chart}/Chart.yaml`, CHART.replace('shop', chart.replace('charts/', ''))],
            [`${chart}/values.yaml`, VALUES],
          ]),
        ),
      );
      await disturb();
      const results = await Promise.all(
        charts.map((chart) => repository.step({ ...RELEASE, charts: chart, retries: '99' })),
      );
      expect(results.map(({ exitCode, outputs }) => [exitCode, outputs.changed])).toEqual(
        charts.map(() => [0, 'true']),
      );
      expect(await subjects(repository)).toEqual(
        [...charts.map((chart) => `chore(release): ${chart.replace('charts/', '')} 1.4.2`), 'feat: the start'].sort(),
      );
      for (const chart of charts) expect(await repository.blob(`${chart}/values.yaml`)).toBe(RELEASED);
    },
    TIMEOUT_MS,
  );

  it(
    'for 20 images of one chart: each is set, and the version is counted 20 times',
    async () => {
      const names = Array.from({ length: 20 }, (_, index) => `service-${index}`);
      const values = (tag: string, digest: string): string =>
        names.map((name) => `${name}: {repository: r.example/${name}, tag: "${tag}", digest: "${digest}"}\n`).join('');
      const repository = await TestRepository.create({
        'helm/shop/Chart.yaml': CHART,
        'helm/shop/values.yaml': values('1.0.0', ''),
      });
      await disturb();
      const results = await Promise.all(
        names.map((name) =>
          repository.step({
            charts: 'helm/shop',
            version: 'patch',
            'app-version': 'none',
            images: JSON.stringify([{ name, repository: `r.example/${name}`, digest: DIGEST, tags: ['2.0.0'] }]),
            retries: '99',
          }),
        ),
      );
      expect(results.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0));
      expect(await repository.blob('helm/shop/values.yaml')).toBe(values('2.0.0', DIGEST));
      expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replace('version: 1.0.0', 'version: 1.0.20'));
      expect(await repository.log()).toHaveLength(21);
    },
    TIMEOUT_MS,
  );
});
