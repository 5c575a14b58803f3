import { describe, expect, it } from '@jest/globals';
import type { StepResult } from '../step.ts';
import { admin, CHART, TestRepository, useHub, VALUES, waitForFaults } from './scene.ts';

useHub();

const WEB = 'r.example/shop/web';
const digest = (tag: string): string => `sha256:${Buffer.from(tag).toString('hex').padEnd(64, '0')}`;
const imageAt = (tag: string): string =>
  JSON.stringify([{ name: 'shop/web', repository: WEB, digest: digest(tag), tags: [tag] }]);
const valuesAt = (tag: string): string => VALUES.replace("''", `'${tag}'`).replace('""', `"${digest(tag)}"`);
const chartAt = (version: string): string => CHART.replaceAll('1.0.0', version);

const charts = 'helm/shop';
const release = (repository: TestRepository, version: string): Promise<StepResult> =>
  repository.step({ charts, images: imageAt(version) }, { GITHUB_REF: `refs/tags/v${version}` });
const rollBack = (repository: TestRepository, to: string, more: Record<string, string> = {}): Promise<StepResult> =>
  repository.step({ charts, 'rollback-to': to, ...more });

/** A repository with the releases 1.4.1 and 1.4.2, and their commits. */
async function released(): Promise<{ repository: TestRepository; first: string }> {
  const repository = await TestRepository.create();
  const { commit: first = '' } = (await release(repository, '1.4.1')).outputs;
  expect(await release(repository, '1.4.2')).toMatchObject({ exitCode: 0 });
  return { repository, first };
}

describe('a rollback of bump-chart-version', () => {
  it('is one verified commit with exactly the bytes of the version, which an old job does not undo', async () => {
    const { repository, first } = await released();
    const { result, requests } = await repository.stepWithRequests({ charts, 'rollback-to': '1.4.1' });
    expect(result).toMatchObject({
      exitCode: 0,
      outputs: {
        changed: 'true',
        verified: 'true',
        'chart-version': '1.4.1',
        'previous-chart-version': '1.4.2',
        'app-version': '1.4.1',
      },
    });
    // The head, the chart's history, the files of the commit, and the new commit.
    expect(requests).toEqual(['graphql', 'graphql', 'graphql', 'graphql']);
    expect(await repository.blob('helm/shop/values.yaml')).toBe(valuesAt('1.4.1'));
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(chartAt('1.4.1'));
    await repository.fetch();
    expect(await repository.git('diff', '--stat', first, 'origin/main')).toBe('');
    const trailers = await repository.git('log', '-1', '--format=%(trailers:only,unfold)', 'origin/main');
    expect(trailers.trimEnd().split('\n')).toEqual([
      'Chart-Version: helm/shop 1.4.1 (was 1.4.2)',
      `Image: ${WEB}:1.4.1@${digest('1.4.1')} (was :1.4.2@${digest('1.4.2')})`,
      `Rollback-To: ${first}`,
      'Rolled-Back: helm/shop 1.4.2 (now 1.4.1)',
      'Rolled-Back: helm/shop appVersion 1.4.2 (now 1.4.1)',
      `Rolled-Back: helm/shop/values.yaml ${WEB}:1.4.2@${digest('1.4.2')} (now :1.4.1@${digest('1.4.1')})`,
      expect.stringMatching(/^Source-Commit: acme\/charts-\d+@[0-9a-f]{40}$/),
      expect.stringContaining('Workflow-Run: '),
    ]);

    expect(await rollBack(repository, '1.4.1')).toMatchObject({
      exitCode: 0,
      outputs: { changed: 'false', commit: '' },
    });
    const late = await release(repository, '1.4.2');
    expect(late.exitCode).toBe(1);
    expect(late.log).toContain('this run would undo a rollback');
    expect(late.log).toContain(`the commit ${result.outputs.commit?.slice(0, 12)} (chore(release): shop 1.4.1) rolled`);
    expect(await repository.log()).toHaveLength(4);

    const { result: next, requests: quiet } = await repository.stepWithRequests(
      { charts, images: imageAt('1.4.3') },
      { GITHUB_REF: 'refs/tags/v1.4.3' },
    );
    expect(next).toMatchObject({ exitCode: 0, outputs: { changed: 'true', 'chart-version': '1.4.3' } });
    expect(quiet).toEqual(['graphql', 'graphql']);
    expect(await repository.blob('helm/shop/values.yaml')).toBe(valuesAt('1.4.3'));
  });

  it.each([
    ['the whole ID', 40],
    ['nine digits', 9],
  ])('goes to a commit, by %s', async (_, length) => {
    const { repository, first } = await released();
    expect(await rollBack(repository, first.slice(0, length))).toMatchObject({ exitCode: 0 });
    expect(await repository.blob('helm/shop/values.yaml')).toBe(valuesAt('1.4.1'));
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(chartAt('1.4.1'));
  });

  it('does not go to a commit of another branch, nor to a version that never was', async () => {
    const { repository } = await released();
    await repository.push({ 'helm/shop/values.yaml': valuesAt('9.0.0') }, 'feat: elsewhere', 'elsewhere');
    const other = await rollBack(repository, await repository.git('rev-parse', 'HEAD'));
    expect(other.exitCode).toBe(1);
    expect(other.log).toContain('no commit in the history of main has an ID that begins with');
    const unknown = await rollBack(repository, '1.3.9');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.log).toContain('helm/shop: 1.4.2, 1.4.1, 1.0.0');
    expect(await rollBack(repository, 'fffffff')).toMatchObject({ exitCode: 1 });
    expect(await repository.log()).toHaveLength(3);
  });

  it('holds images with sha- tags, also those between the two commits', async () => {
    const repository = await TestRepository.create();
    const [a, b, c, d] = ['sha-aaaaaaaaaaaa', 'sha-bbbbbbbbbbbb', 'sha-cccccccccccc', 'sha-dddddddddddd'];
    const set = (tag: string): Promise<StepResult> =>
      repository.step({ charts, version: 'none', images: imageAt(tag) });
    const { commit = '' } = (await set(a)).outputs;
    for (const tag of [b, c]) expect(await set(tag)).toMatchObject({ exitCode: 0 });
    expect(await rollBack(repository, commit, { version: 'none' })).toMatchObject({ exitCode: 0 });
    expect(await repository.blob('helm/shop/values.yaml')).toBe(valuesAt(a));
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART);
    for (const tag of [b, c]) {
      const late = await set(tag);
      expect(late.exitCode).toBe(1);
      expect(late.log).toContain('this run would undo a rollback');
    }
    expect(await set(d)).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
  });

  it('is a pull request in that mode, and holds once it is merged', async () => {
    const { repository } = await released();
    await repository.protect();
    const { rest, where } = repository.octokit();
    const pull = {
      mode: 'pull-request',
      'pull-request-branch': 'rollback/{chart}',
      'pull-request-title': 'Roll {chart} back to {version}',
    };
    const first = await rollBack(repository, '1.4.1', pull);
    expect(first).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1', verified: 'true' } });
    const { branch = '', commit } = first.outputs;
    expect(branch).toBe('rollback/shop');
    expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(valuesAt('1.4.1'));
    expect((await rest.pulls.get({ ...where, pull_number: 1 })).data.title).toBe('Roll shop back to 1.4.1');
    expect((await rollBack(repository, '1.4.1', pull)).outputs).toMatchObject({ commit, 'pull-request': '1' });
    await rest.pulls.merge({ ...where, pull_number: 1, merge_method: 'squash' });
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(chartAt('1.4.1'));
    const late = await repository.step(
      { charts, images: imageAt('1.4.2'), mode: 'pull-request' },
      { GITHUB_REF: 'refs/tags/v1.4.2' },
    );
    expect(late.exitCode).toBe(1);
    expect(late.log).toContain('this run would undo a rollback');
  });

  it('keeps what another job pushes at the same time', async () => {
    const { repository } = await released();
    await repository.fetch();
    await repository.git('checkout', '-q', 'origin/main');
    // The commit is sent, and refused because the push came first.
    await admin.addFault({ match: { operation: 'graphql' }, after: 3, times: 1, fault: { delayMs: 8000 } });
    const rollback = rollBack(repository, '1.4.1');
    await waitForFaults(1);
    await repository.push({ 'helm/shop/values.yaml': `${valuesAt('1.4.2')}replicas: 3\n` }, 'feat: replicas');
    expect(await rollback).toMatchObject({ exitCode: 0, outputs: { changed: 'true', attempts: '2' } });
    expect(await repository.blob('helm/shop/values.yaml')).toBe(`${valuesAt('1.4.1')}replicas: 3\n`);
    expect(await repository.log()).toEqual([
      'chore(release): shop 1.4.1',
      'feat: replicas',
      'chore(release): shop 1.4.2',
      'chore(release): shop 1.4.1',
      'feat: the start',
    ]);
  });

  it('is committed once when the response is lost', async () => {
    const { repository } = await released();
    await admin.addFault({ match: { operation: 'graphql' }, after: 3, times: 1, fault: 'lost-response' });
    expect(await rollBack(repository, '1.4.1')).toMatchObject({
      exitCode: 0,
      outputs: { changed: 'true', verified: 'true' },
    });
    expect(await repository.log()).toHaveLength(4);
  });
});
