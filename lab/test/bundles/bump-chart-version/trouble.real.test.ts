import { describe, expect, it } from '@jest/globals';
import type { FaultRequest } from '../../../hub/index.ts';
import { admin, CHART, RELEASE, RELEASED, TestRepository, useHub, VALUES, waitForFaults } from './scene.ts';

useHub();

describe('bump-chart-version', () => {
  it('commits all changes of six concurrent runs, each once', async () => {
    const charts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const files = charts.flatMap((name) => [
      [`${name}/Chart.yaml`, CHART.replace('shop', name)],
      [`${name}/values.yaml`, VALUES],
    ]);
    const repository = await TestRepository.create(Object.fromEntries(files));
    const results = await Promise.all(charts.map((name) => repository.step({ ...RELEASE, charts: name })));
    expect(results.map(({ exitCode, outputs }) => [exitCode, outputs.changed])).toEqual(charts.map(() => [0, 'true']));
    expect((await repository.log()).sort()).toEqual([
      ...charts.map((name) => `chore(release): ${name} 1.4.2`),
      'feat: the start',
    ]);
    for (const name of charts) expect(await repository.blob(`${name}/values.yaml`)).toBe(RELEASED);
    expect(new Set(results.map(({ outputs }) => outputs.commit)).size).toBe(6);
  });

  it('keeps both changes when the branch is pushed to between reading and committing', async () => {
    const repository = await TestRepository.create();
    await admin.addFault({ match: { operation: 'graphql' }, after: 1, times: 1, fault: { delayMs: 8000 } });
    const running = repository.step(RELEASE);
    await waitForFaults(1);
    await repository.push({ 'helm/shop/values.yaml': VALUES.replace('# ünï', '# moved ünï') }, 'fix: theirs');
    const result = await running;
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', attempts: '2' } });
    expect(await repository.log()).toEqual(['chore(release): shop 1.4.2', 'fix: theirs', 'feat: the start']);
    expect(await repository.blob('helm/shop/values.yaml')).toBe(RELEASED.replace('# ünï', '# moved ünï'));
  });

  it.each<[string, FaultRequest['fault'], number]>([
    ['a lost response', 'lost-response', 2],
    ['a reset connection', 'reset', 2],
    ['a failing server', { status: 502, body: { message: 'Bad Gateway' } }, 2],
    [
      'a secondary rate limit',
      { status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit' } },
      2,
    ],
  ])('creates one commit and sets its outputs despite %s', async (_, kind, attempts) => {
    const repository = await TestRepository.create();
    await admin.addFault({ match: { operation: 'graphql' }, after: 1, times: 1, fault: kind });
    const result = await repository.step(RELEASE);
    await repository.fetch();
    expect(result).toMatchObject({
      exitCode: 0,
      outputs: {
        changed: 'true',
        verified: 'true',
        attempts: String(attempts),
        commit: await repository.git('rev-parse', 'origin/main'),
      },
    });
    expect(await repository.log()).toEqual(['chore(release): shop 1.4.2', 'feat: the start']);
  });

  it('does not wait for a rate limit that ends much later, and reports when it ends', async () => {
    const repository = await TestRepository.create();
    const limit = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600) };
    const body = { message: 'API rate limit exceeded' };
    await admin.addFault({ match: { operation: 'graphql' }, after: 1, fault: { status: 403, headers: limit, body } });
    const result = await repository.step(RELEASE);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("committing to main hit the server's rate limit");
    expect(result.log).toMatch(/asks to wait 3[56]\d\d s, until \d{4}-/);
  });

  it('retries reading after a reset connection', async () => {
    const repository = await TestRepository.create();
    await admin.addFault({ match: { operation: 'graphql' }, times: 2, fault: 'reset' });
    expect(await repository.step(RELEASE)).toMatchObject({ exitCode: 0, outputs: { attempts: '1' } });
  });
});
