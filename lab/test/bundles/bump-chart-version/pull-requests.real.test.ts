import { describe, expect, it } from '@jest/globals';
import type { FaultRequest } from '../../../hub/index.ts';
import type { StepResult } from '../step.ts';
import { admin, CHART, hub, imagesAt, RELEASE, RELEASED, TestRepository, useHub, VALUES } from './scene.ts';

useHub();

describe('bump-chart-version and a protected main', () => {
  it('lets an app on the bypass list commit, and tells others what is required', async () => {
    const bot = hub.admin.createUser('release[bot]', 'Bot');
    const repository = await TestRepository.create();
    await repository.protect(bot.id);
    const { result, requests } = await repository.stepWithRequests(RELEASE);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("committing to main violates the branch's rules");
    expect(result.log).toContain('Changes must be made through a pull request.');
    expect(result.log).toContain('bypass actor');
    expect(result.log).toContain('mode: pull-request');
    expect(requests).toEqual(['graphql', 'graphql']);
    expect(await repository.log()).toHaveLength(1);
    const token = hub.admin.createToken({
      login: 'release[bot]',
      permissions: { contents: 'write' },
      repositories: [repository.name],
    });
    expect(await repository.step({ ...RELEASE, token })).toMatchObject({ exitCode: 0, outputs: { verified: 'true' } });
    expect(await repository.log()).toHaveLength(2);
  });

  it('opens one pull request for these charts, and keeps it up to date', async () => {
    const repository = await TestRepository.create();
    await repository.protect();
    const { rest, where } = repository.octokit();
    const inputs = { ...RELEASE, mode: 'pull-request', 'pull-request-labels': 'release' };
    const first = await repository.step(inputs);
    expect(first).toMatchObject({ exitCode: 0, outputs: { changed: 'true', verified: 'true', 'pull-request': '1' } });
    const branch = first.outputs.branch ?? '';
    expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(RELEASED);
    const again = await repository.step(inputs);
    expect(again.outputs).toMatchObject({ commit: first.outputs.commit, 'pull-request': '1' });
    const newer = { ...inputs, version: '1.5.0', images: imagesAt('1.5.0') };
    const next = await repository.step(newer);
    expect(next).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1', branch } });
    const { data: pulls } = await rest.pulls.list({ ...where, state: 'all' });
    expect(pulls.map(({ title, state, labels }) => [title, state, labels.map(({ name }) => name)])).toEqual([
      ['chore(release): shop 1.5.0', 'open', ['release']],
    ]);
    expect(await repository.log(branch)).toEqual(['chore(release): shop 1.5.0', 'feat: the start']);
    const { data: branches } = await rest.repos.listBranches(where);
    expect(branches.map(({ name }) => name).sort()).toEqual([branch, 'main'].sort());
    await rest.repos.update({ ...where, allow_auto_merge: true });
    expect(await repository.step({ ...newer, 'auto-merge': 'squash' })).toMatchObject({
      exitCode: 0,
    });
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.5.0'));
  });

  it('keeps the commits of a reviewer on its branch, through two more releases', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': `${VALUES}replicas: 1\n`,
    });
    const openPullRequest = (version: string): Promise<StepResult> =>
      repository.step({ charts: 'helm/shop', version, images: imagesAt(version), mode: 'pull-request' });
    const { branch = '' } = (await openPullRequest('1.4.2')).outputs;
    await repository.fetch();
    await repository.git('checkout', '-q', `origin/${branch}`);
    const released = await repository.blob('helm/shop/values.yaml', branch);
    const edits = {
      'helm/shop/values.yaml': released.replace('replicas: 1', 'replicas: 3'),
      'helm/README.md': 'why\n',
    };
    await repository.push(edits, 'fix: by hand', branch);
    for (const version of ['1.4.3', '1.4.4']) {
      expect(await openPullRequest(version)).toMatchObject({
        exitCode: 0,
        outputs: { changed: 'true', 'pull-request': '1' },
      });
    }
    expect(await repository.log(branch)).toEqual([
      'chore(release): shop 1.4.4',
      'chore(release): shop 1.4.3',
      'fix: by hand',
      'chore(release): shop 1.4.2',
      'feat: the start',
    ]);
    expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(
      edits['helm/shop/values.yaml'].replace('1.4.2', '1.4.4'),
    );
    expect(await repository.blob('helm/README.md', branch)).toBe('why\n');
  });

  it('leaves a newer pull request unchanged in an older run, until it is closed', async () => {
    const repository = await TestRepository.create();
    const { rest, where } = repository.octokit();
    const openPullRequest = (version: string): Promise<StepResult> =>
      repository.step({ ...RELEASE, version, mode: 'pull-request' });
    const { branch = '', commit = '' } = (await openPullRequest('1.4.3')).outputs;
    const older = await openPullRequest('1.4.2');
    expect(older).toMatchObject({ exitCode: 0, outputs: { changed: 'false', commit: '', 'chart-version': '1.4.3' } });
    expect(older.log).toContain(`on the branch ${branch}, helm/shop is at 1.4.3, which is newer than 1.4.2`);
    await repository.fetch();
    expect(await repository.git('rev-parse', `origin/${branch}`)).toBe(commit);
    expect((await rest.pulls.get({ ...where, pull_number: 1 })).data.title).toBe('chore(release): shop 1.4.3');
    await rest.pulls.update({ ...where, pull_number: 1, state: 'closed' });
    expect(await openPullRequest('1.4.2')).toMatchObject({
      exitCode: 0,
      outputs: { changed: 'true', 'pull-request': '2' },
    });
    expect(await repository.log(branch)).toEqual(['chore(release): shop 1.4.2', 'feat: the start']);
  });

  it.each<[string, FaultRequest['fault']]>([
    ['a failing server', { status: 502, body: { message: 'Bad Gateway' } }],
    ['a lost response', 'lost-response'],
  ])('enables auto-merge despite %s', async (_, kind) => {
    const repository = await TestRepository.create();
    await repository.protect();
    const { rest, where } = repository.octokit();
    await rest.repos.update({ ...where, allow_auto_merge: true });
    const inputs = { ...RELEASE, mode: 'pull-request' };
    await repository.step(inputs);
    // After the requests for the base, the branch, its files, and whether it will merge.
    await admin.addFault({ match: { operation: 'graphql' }, after: 4, times: 1, fault: kind });
    expect(await repository.step({ ...inputs, 'auto-merge': 'squash' })).toMatchObject({ exitCode: 0 });
    expect(await admin.faults()).toMatchObject([{ met: 1 }]);
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
  });

  it('reports which request failed when the server keeps failing', async () => {
    const repository = await TestRepository.create();
    const inputs = { ...RELEASE, mode: 'pull-request' };
    await repository.step(inputs);
    await admin.addFault({
      match: { operation: 'graphql' },
      after: 4,
      fault: { status: 502, body: { message: 'Bad Gateway' } },
    });
    const result = await repository.step({ ...inputs, 'auto-merge': 'squash' });
    expect(result).toMatchObject({ exitCode: 1, outputs: { 'pull-request': '1' } });
    expect(result.log).not.toContain('unexpected failure');
    expect(result.log).toContain('502: Bad Gateway');
  });

  it('opens one pull request when the response is lost', async () => {
    const repository = await TestRepository.create();
    await admin.addFault({ match: { operation: 'pulls/create' }, times: 1, fault: 'lost-response' });
    const result = await repository.step({ ...RELEASE, mode: 'pull-request' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1' } });
  });

  it('keeps one pull request through concurrent runs', async () => {
    const repository = await TestRepository.create();
    const inputs = { ...RELEASE, mode: 'pull-request' };
    const results = await Promise.all([1, 2, 3].map(() => repository.step(inputs)));
    expect(results.map(({ exitCode, outputs }) => [exitCode, outputs['pull-request']])).toEqual(
      [1, 2, 3].map(() => [0, '1']),
    );
  });
});
