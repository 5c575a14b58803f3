import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../src/outputs.ts';
import { formerBranchName } from '../../src/pull-requests/branch-name.ts';
import { FakeRepository } from '../fake-repository.ts';
import { CHART, image } from '../helpers.ts';
import { BRANCH, bumpInPullRequest } from './scene.ts';

const SERVICES = ['web', 'api', 'worker'];
const VALUES = SERVICES.map((name) => `${name}:\n  repository: r.io/${name}\n  tag: 1.0.0\n`).join('');
const FILES = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES };

/** A run of the service's own workflow. */
const release = (
  repository: FakeRepository,
  service: string,
  version: string,
  more: Record<string, string> = {},
): Promise<Outcome> =>
  bumpInPullRequest(repository, { version: 'patch', images: image(`r.io/${service}`, [version]), ...more });

/** The tags on the branch, in the order of `SERVICES`. */
const tags = (repository: FakeRepository, branch = BRANCH): string[] =>
  [...(repository.head(branch).files['helm/shop/values.yaml'] ?? '').matchAll(/tag: (\S+)/g)].map(
    ([, tag = '']) => tag,
  );
const chartVersion = (repository: FakeRepository, branch = BRANCH): string | undefined =>
  /^version: (\S+)/m.exec(repository.head(branch).files['helm/shop/Chart.yaml'] ?? '')?.[1];

describe('runs of several services that propose for one chart', () => {
  it('end with all of their changes in one pull request, which lists them', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    const outcome = await release(repository, 'api', '2.0.0');
    expect(outcome).toMatchObject({ pullRequest: { number: 1 } });
    expect(tags(repository)).toEqual(['1.1.0', '2.0.0', '1.0.0']);
    expect(chartVersion(repository)).toBe('1.0.1');
    const [pull] = repository.pulls;
    expect(pull?.body).toContain('`web.tag`: `1.0.0` → `1.1.0`');
    expect(pull?.body).toContain('`api.tag`: `1.0.0` → `2.0.0`');
    expect(repository.head(BRANCH).message).toContain('Image: r.io/api:2.0.0');
  });

  it('replace their own earlier change and no other', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    await release(repository, 'api', '2.0.0');
    await release(repository, 'web', '1.2.0');
    expect(tags(repository)).toEqual(['1.2.0', '2.0.0', '1.0.0']);
    await release(repository, 'web', '1.1.5');
    expect(tags(repository)).toEqual(['1.2.0', '2.0.0', '1.0.0']);
    expect(chartVersion(repository)).toBe('1.0.1');
  });

  it('replace the commits of the branch when one of them restates all changes', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    await release(repository, 'api', '2.0.0');
    const both = JSON.stringify(
      ['web', 'api'].flatMap((name) => JSON.parse(image(`r.io/${name}`, ['3.0.0'])) as unknown[]),
    );
    await bumpInPullRequest(repository, { version: 'patch', images: both });
    expect(tags(repository)).toEqual(['3.0.0', '3.0.0', '1.0.0']);
    expect(repository.log(BRANCH)).toHaveLength(2);
  });

  it('keep the highest version that one of them requests', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0', { version: 'minor' });
    await release(repository, 'api', '2.0.0');
    expect(chartVersion(repository)).toBe('1.1.0');
    await release(repository, 'worker', '3.0.0', { version: 'major' });
    expect(chartVersion(repository)).toBe('2.0.0');
    expect(tags(repository)).toEqual(['1.1.0', '2.0.0', '3.0.0']);
  });

  it('keep the change of a run that was killed before it opened the pull request', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    repository.pulls.length = 0;
    await release(repository, 'api', '2.0.0');
    expect(tags(repository)).toEqual(['1.1.0', '2.0.0', '1.0.0']);
    expect(repository.pulls).toHaveLength(1);
  });

  it.each<[string, (repository: FakeRepository) => void]>([
    ['merged', (repository) => repository.merge(1)],
    [
      'merged and then reverted',
      (repository) => {
        repository.merge(1);
        repository.push('main', FILES, 'revert');
      },
    ],
    ['rejected', (repository) => Object.assign(repository.pulls[0] ?? {}, { closedAt: repository.head(BRANCH).oid })],
  ])('do not propose again what was %s', async (_, settle) => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    await release(repository, 'api', '2.0.0');
    settle(repository);
    const main = repository.head('main');
    await release(repository, 'worker', '3.0.0');
    expect(repository.head(BRANCH).parents).toEqual([main.oid]);
    expect(tags(repository)).toEqual([...tags(repository, 'main').slice(0, 2), '3.0.0']);
    expect(repository.pulls[1]?.body).not.toContain('web.tag');
  });
});

describe('runs of several services while the base moves', () => {
  /** A pull request with two services, and a base that has got another release of the first. */
  async function overtaken(version: string): Promise<FakeRepository> {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    await release(repository, 'api', '2.0.0');
    const values = VALUES.replace('web\n  tag: 1.0.0', `web\n  tag: ${version}`);
    repository.push(
      'main',
      { 'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '1.0.1'), 'helm/shop/values.yaml': values },
      'theirs',
    );
    return repository;
  }

  it.each([
    ['the same release', '1.1.0', '1.1.0'],
    ['a newer release', '1.2.0', '1.2.0'],
    ['an older release', '1.0.5', '1.1.0'],
  ])('bring what is still proposed onto a base with %s', async (_, inBase, expected) => {
    const repository = await overtaken(inBase);
    await release(repository, 'worker', '3.0.0');
    expect(repository.head(BRANCH).parents).toEqual([repository.head('main').oid]);
    expect(tags(repository)).toEqual([expected, '2.0.0', '3.0.0']);
    expect(chartVersion(repository)).toBe('1.0.2');
    expect(repository.pulls[0]?.body.includes('web.tag')).toBe(inBase !== expected);
    expect(repository.pulls[0]?.body).toContain('`api.tag`: `1.0.0` → `2.0.0`');
    expect(repository.head(BRANCH).message).toMatch(
      /^Chart-Version: helm\/shop 1\.0\.2[\s\S]*^Image: r\.io\/worker:3[\s\S]*^Image: r\.io\/api:2/m,
    );
  });

  it('replace their own earlier change there', async () => {
    const repository = await overtaken('1.2.0');
    await release(repository, 'api', '2.1.0');
    expect(tags(repository)).toEqual(['1.2.0', '2.1.0', '1.0.0']);
    expect(repository.head(BRANCH).message).not.toContain('r.io/api:2.0.0');
    expect(repository.log(BRANCH)).toHaveLength(3);
  });

  it('keep all changes on the branch when one cannot be placed on the base', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    repository.push('main', { 'helm/shop/values.yaml': `${VALUES}--- # more\nx: y\n` }, 'theirs');
    await release(repository, 'api', '2.0.0');
    expect(tags(repository)).toEqual(['1.1.0', '2.0.0', '1.0.0']);
    expect(repository.log(BRANCH)).toHaveLength(3);
  });

  it('keep changes of files that the server does not list', async () => {
    const repository = new FakeRepository({ ...FILES, 'helm/api/Chart.yaml': CHART });
    const inputs = { version: '1.1.0', 'pull-request-branch': 'bump' };
    await bumpInPullRequest(repository, { ...inputs, charts: 'helm/api' });
    repository.maxFiles = 0;
    for (const version of ['1.1.0', '1.2.0']) await bumpInPullRequest(repository, { ...inputs, version });
    expect(repository.head('bump').files).toMatchObject({
      'helm/api/Chart.yaml': CHART.replaceAll('1.0.0', '1.1.0'),
      'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '1.2.0'),
    });
  });

  it('append to the branch when the base has changed other files', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, 'web', '1.1.0');
    repository.push('main', { README: 'why' }, 'theirs');
    await release(repository, 'api', '2.0.0');
    expect(repository.log(BRANCH)).toHaveLength(3);
    expect(tags(repository)).toEqual(['1.1.0', '2.0.0', '1.0.0']);
  });
});

describe('runs for several environments of one chart', () => {
  it('end with the changes of all values files', async () => {
    const environment = (name: string): [string, string] => [`helm/shop/${name}.yaml`, 'tag: 1.0.0\n'];
    const repository = new FakeRepository({
      ...Object.fromEntries(['a', 'b'].map(environment)),
      'helm/shop/Chart.yaml': CHART,
    });
    for (const name of ['a', 'b'])
      await bumpInPullRequest(repository, {
        version: 'none',
        'values-files': `${name}.yaml`,
        values: `tag=1.1.0-${name}`,
      });
    expect(repository.head(BRANCH).files).toMatchObject({
      'helm/shop/a.yaml': 'tag: 1.1.0-a\n',
      'helm/shop/b.yaml': 'tag: 1.1.0-b\n',
    });
    expect(repository.pulls).toMatchObject([{ body: expect.stringMatching(/a\.yaml[\s\S]*b\.yaml/) }]);
  });
});

describe('the branch of a proposal', () => {
  it('is the same whether the default branch is named or not', async () => {
    const repository = new FakeRepository(FILES);
    const { branch } = await release(repository, 'web', '1.1.0', { branch: 'main' });
    expect(branch).toBe(BRANCH);
    expect(await release(repository, 'api', '2.0.0')).toMatchObject({ branch, pullRequest: { number: 1 } });
  });

  it.each<Record<string, string>>([{}, { branch: 'main' }])(
    'is that of an earlier version of the action while its pull request is open: %j',
    async (more) => {
      const repository = new FakeRepository(FILES);
      const former = formerBranchName(['helm/shop']);
      await release(repository, 'web', '1.1.0');
      repository.branches.set(former, repository.head(BRANCH).oid);
      repository.branches.delete(BRANCH);
      Object.assign(repository.pulls[0] ?? {}, { branch: former });
      expect(await release(repository, 'api', '2.0.0', more)).toMatchObject({
        branch: former,
        pullRequest: { number: 1 },
      });
      expect(tags(repository, former)).toEqual(['1.1.0', '2.0.0', '1.0.0']);
      repository.merge(1);
      repository.branches.delete(former);
      expect(await release(repository, 'worker', '3.0.0', more)).toMatchObject({ branch: BRANCH });
    },
  );
});

describe('the input pull-request-branch', () => {
  it('gives each service a pull request of its own', async () => {
    const repository = new FakeRepository(FILES);
    const web = await release(repository, 'web', '1.1.0', { 'pull-request-branch': 'bump/web-{chart}-{branch}' });
    const api = await release(repository, 'api', '2.0.0', { 'pull-request-branch': 'bump/api' });
    expect([web, api]).toMatchObject([
      { branch: 'bump/web-shop-main', pullRequest: { number: 1 } },
      { branch: 'bump/api', pullRequest: { number: 2 } },
    ]);
    expect(tags(repository, web.branch)).toEqual(['1.1.0', '1.0.0', '1.0.0']);
    expect(tags(repository, api.branch)).toEqual(['1.0.0', '2.0.0', '1.0.0']);
  });

  it('can name one branch for several charts, whose pull request then lists all of them', async () => {
    const charts = Object.fromEntries(
      ['a', 'b'].map((name) => [`${name}/Chart.yaml`, `name: ${name}\nversion: 1.0.0\n`]),
    );
    const repository = new FakeRepository(charts);
    for (const name of ['a', 'b'])
      await bumpInPullRequest(repository, { charts: name, version: '1.1.0', 'pull-request-branch': 'bump' });
    expect(repository.pulls).toMatchObject([{ title: 'chore(release): b, a 1.1.0' }]);
    expect(repository.head('bump').files).toEqual({
      'a/Chart.yaml': 'name: a\nversion: 1.1.0\n',
      'b/Chart.yaml': 'name: b\nversion: 1.1.0\n',
    });
  });

  it('is an error when it names the base, before anything is changed', async () => {
    const repository = new FakeRepository(FILES);
    const running = release(repository, 'web', '1.1.0', { 'pull-request-branch': '{branch}' });
    await expect(running).rejects.toThrow('is the branch that the pull request is for');
    expect(repository.log('main')).toHaveLength(1);
  });

  it('creates no branch when a label is too long', async () => {
    const repository = new FakeRepository(FILES);
    const running = release(repository, 'web', '1.1.0', { 'pull-request-labels': `{chart}${'x'.repeat(50)}` });
    await expect(running).rejects.toThrow('is too long');
    expect([...repository.branches.keys()]).toEqual(['main']);
  });
});

describe('a pull request whose branch a concurrent run has extended', () => {
  it('is described again, so that its text names all changes', async () => {
    const repository = new FakeRepository(FILES);
    let isFirst = true;
    repository.beforePull = () => {
      if (!isFirst) return;
      isFirst = false;
      const values = repository.head(BRANCH).files['helm/shop/values.yaml'] ?? '';
      repository.push(
        BRANCH,
        { 'helm/shop/values.yaml': values.replace('worker\n  tag: 1.0.0', 'worker\n  tag: 9.0.0') },
        'theirs',
      );
    };
    await release(repository, 'web', '1.1.0');
    expect(repository.pulls[0]?.body).toContain('`web.tag`: `1.0.0` → `1.1.0`');
    expect(repository.pulls[0]?.body).toContain('`worker.tag`: `1.0.0` → `9.0.0`');
  });
});
