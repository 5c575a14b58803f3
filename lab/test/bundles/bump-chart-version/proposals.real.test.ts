import { describe, expect, it } from '@jest/globals';
import { CHART, DIGEST, hub, TestRepository, useHub } from './scene.ts';

useHub();

const SERVICES = Array.from({ length: 20 }, (_, index) => `service-${String(index).padStart(2, '0')}`);
const mapping = (name: string, version: string): string =>
  `${name}:\n  image:\n    repository: r.example/shop/${name}\n    tag: "${version}"\n    digest: ""\n`;
const values = (version: string): string => SERVICES.map((name) => mapping(name, version)).join('');
const imagesOf = (name: string, version: string): string =>
  JSON.stringify([{ name: `shop/${name}`, repository: `r.example/shop/${name}`, digest: DIGEST, tags: [version] }]);

/** A run of the workflow of one service. */
const propose = (repository: TestRepository, name: string, version: string, inputs: Record<string, string> = {}) =>
  repository.step(
    {
      charts: 'helm/shop',
      version: 'patch',
      'app-version': 'none',
      mode: 'pull-request',
      images: imagesOf(name, version),
      // On a slow machine a run can lose to others more often than the nine times of the default.
      retries: '99',
      ...inputs,
    },
    { GITHUB_RUN_ID: String(SERVICES.indexOf(name) + 1) },
  );

/** How often each service is in the trailers of the branch's commits that are not in main, and in the body of the pull request. */
async function proposals(repository: TestRepository, branch: string) {
  const { rest, where } = repository.octokit();
  const { data: pulls } = await rest.pulls.list({ ...where, state: 'all' });
  await repository.fetch();
  const log = await repository.git('log', '--format=%B', `origin/main..origin/${branch}`);
  const count = (text: string, name: string, version: string): number => text.split(`${name}${version}`).length - 1;
  return {
    pulls: pulls.map(({ number, state }) => [number, state]),
    committed: SERVICES.map((name) => count(log, `Image: r.example/shop/${name}`, ':2.0.0')),
    described: SERVICES.map((name) => count(pulls[0]?.body ?? '', `\`${name}.image.tag\``, '')),
  };
}

const once = SERVICES.map(() => 1);

describe('20 runs at once for 20 images of one chart', () => {
  it('propose 20 changes in one pull request, each once', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': values('1.0.0'),
    });
    const results = await Promise.all(SERVICES.map((name) => propose(repository, name, '2.0.0')));
    expect(results.map(({ exitCode, outputs }) => [exitCode, outputs['pull-request']])).toEqual(
      SERVICES.map(() => [0, '1']),
    );
    const branch = results[0]?.outputs.branch ?? '';
    expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(
      values('2.0.0').replaceAll('digest: ""', `digest: "${DIGEST}"`),
    );
    expect(await repository.blob('helm/shop/Chart.yaml', branch)).toBe(
      CHART.replace('version: 1.0.0', 'version: 1.0.1'),
    );
    expect(await proposals(repository, branch)).toEqual({ pulls: [[1, 'open']], committed: once, described: once });
  });

  it('propose the changes of two values files in one pull request', async () => {
    const files = ['values-staging.yaml', 'values-production.yaml'];
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      ...Object.fromEntries(files.map((file) => [`helm/shop/${file}`, values('1.0.0')])),
    });
    const runs = SERVICES.map((name, index) => ({ name, file: files[index % 2] ?? '' }));
    const results = await Promise.all(
      runs.map(({ name, file }) => propose(repository, name, '2.0.0', { 'values-files': file, version: 'none' })),
    );
    expect(results.map(({ exitCode }) => exitCode)).toEqual(SERVICES.map(() => 0));
    const branch = results[0]?.outputs.branch ?? '';
    for (const [parity, file] of files.entries()) {
      const text = await repository.blob(`helm/shop/${file}`, branch);
      const tags = [...text.matchAll(/tag: "(\S+)"/g)].map(([, tag]) => tag);
      expect(tags).toEqual(SERVICES.map((_, index) => (index % 2 === parity ? '2.0.0' : '1.0.0')));
    }
    expect(await proposals(repository, branch)).toEqual({ pulls: [[1, 'open']], committed: once, described: once });
  });
});

describe('a proposal', () => {
  it('of another service is brought onto a base that has changed the same file', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': values('1.0.0'),
    });
    const { branch = '' } = (await propose(repository, 'service-00', '2.0.0')).outputs;
    await repository.push(
      {
        'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '1.0.1'),
        'helm/shop/values.yaml': values('1.0.0').replace('1.0.0', '1.5.0').replace('image:', 'image: # new'),
      },
      'fix: theirs',
    );
    const result = await propose(repository, 'service-01', '3.0.0');
    expect(result).toMatchObject({ exitCode: 0, outputs: { branch, 'pull-request': '1', verified: 'true' } });
    expect(await repository.log(branch)).toEqual(['chore(release): shop 1.0.2', 'fix: theirs', 'feat: the start']);
    const { rest, where } = repository.octokit();
    expect((await rest.pulls.get({ ...where, pull_number: 1 })).data.mergeable).toBe(true);
    await rest.pulls.merge({ ...where, pull_number: 1, merge_method: 'squash' });
    const merged = await repository.blob('helm/shop/values.yaml');
    expect([...merged.matchAll(/tag: "(\S+)"/g)].map(([, tag]) => tag).slice(0, 3)).toEqual([
      '2.0.0',
      '3.0.0',
      '1.0.0',
    ]);
    expect(merged).toContain('image: # new');
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(
      CHART.replace('version: 1.0.0', 'version: 1.0.2').replace('"1.0.0"', '"1.0.1"'),
    );
  });

  it('has a branch, a text, reviewers and assignees of its own, and is a draft', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': values('1.0.0'),
    });
    const { rest, where } = repository.octokit();
    for (const username of ['rita', 'omar']) {
      hub.admin.createUser(username);
      await rest.repos.addCollaborator({ ...where, username, permission: 'push' });
    }
    const inputs = {
      'pull-request-branch': 'bump/{chart}-service-00',
      'pull-request-body': 'Release {version}.\n\n{changes}\n\nPlease check.',
      'pull-request-reviewers': 'rita',
      'pull-request-assignees': '@omar',
      'pull-request-draft': 'true',
      branch: 'main',
    };
    for (const version of ['2.0.0', '2.0.0', '2.1.0']) {
      const result = await propose(repository, 'service-00', version, inputs);
      expect(result).toMatchObject({ exitCode: 0, outputs: { branch: 'bump/shop-service-00', 'pull-request': '1' } });
    }
    const { data: pull } = await rest.pulls.get({ ...where, pull_number: 1 });
    expect(pull).toMatchObject({
      draft: true,
      requested_reviewers: [{ login: 'rita' }],
      assignees: [{ login: 'omar' }],
    });
    expect(pull.body).toMatch(
      /^Release 1\.0\.1\.\n\n- `helm\/shop`: 1\.0\.0 → 1\.0\.1\n[\s\S]*`1\.0\.0` → `2\.1\.0`\n[\s\S]*\n\nPlease check\.$/,
    );
  });

  it('reports who cannot review it, after opening it', async () => {
    const repository = await TestRepository.create();
    const inputs = { charts: 'helm/shop', version: '1.4.2', mode: 'pull-request', 'pull-request-reviewers': 'nobody' };
    const result = await repository.step(inputs);
    expect(result).toMatchObject({ exitCode: 1, outputs: { 'pull-request': '1' } });
    expect(result.log).toContain('requesting a review of pull request 1 by nobody failed');
    expect(result.log).toContain('Reviews may only be requested from collaborators');
  });

  it.each([
    ['12 charts', Array.from({ length: 12 }, (_, index) => `prometheus-something-exporter-${index}`), false],
    ['300 charts', Array.from({ length: 300 }, (_, index) => `${'c'.repeat(90)}-${index}`), true],
  ])('of %s has texts that the server accepts', async (_, charts, isCut) => {
    const repository = await TestRepository.create(
      Object.fromEntries(charts.map((name) => [`${name}/Chart.yaml`, `name: ${name}\nversion: 1.0.0\n`])),
    );
    const labels = charts.map((name) => name.slice(0, 50)).slice(0, 1);
    const inputs = {
      charts: charts.join('\n'),
      version: '1.1.0',
      mode: 'pull-request',
      'pull-request-labels': labels.join(),
    };
    expect(await repository.step(inputs)).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1' } });
    const { rest, where } = repository.octokit();
    const { data: pull } = await rest.pulls.get({ ...where, pull_number: 1 });
    expect(pull.title).toMatch(new RegExp(`^chore\\(release\\): ${charts[0]}, .* and \\d+ more 1\\.1\\.0$`));
    expect(pull.labels).toMatchObject([{ name: labels[0] }]);
    expect(/and \d+ more changes$/.test(pull.body ?? '')).toBe(isCut);
  });
});
