/** A chart of two services, of which a step releases one: to main, or as a pull request with everything that one can have. */
import { CHART, DIGEST, hub, type TestHub, TestRepository } from './scene.ts';

const mapping = (name: string, tag: string): string =>
  `${name}: {repository: r.example/${name}, tag: ${tag}, digest: ""}\n`;
export const valuesWith = (web: string, api: string): string => mapping('web', web) + mapping('api', api);
const imageOf = (name: string, tag: string): string =>
  JSON.stringify([{ name, repository: `r.example/${name}`, digest: DIGEST, tags: [tag] }]);

export const propose = (name: string, tag: string): Record<string, string> => ({
  charts: 'helm/shop',
  version: 'patch',
  mode: 'pull-request',
  images: imageOf(name, tag),
  'pull-request-labels': 'release',
});
/** Everything that a pull request can have. */
export const COMPLETE: Record<string, string> = {
  ...propose('web', '2.0.0'),
  'pull-request-reviewers': 'rita',
  'pull-request-assignees': 'rita',
  'auto-merge': 'squash',
};

export const createRepository = (on?: TestHub): Promise<TestRepository> =>
  TestRepository.create({ 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': valuesWith('1.0.0', '1.0.0') }, on);

/** A repository in which nothing is merged: the required check never passes. */
export async function createProtected(
  prepare: (repository: TestRepository) => Promise<unknown> = async () => undefined,
  on?: TestHub,
): Promise<TestRepository> {
  const repository = await createRepository(on);
  const { rest, where } = repository.octokit();
  (on?.hub ?? hub).admin.createUser('rita');
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

/** What a pull request on this branch proposes, and what else there is. */
export async function stateOfPullRequest(repository: TestRepository, branch: string) {
  const { rest, where } = repository.octokit();
  const { data: pulls } = await rest.pulls.list({ ...where, state: 'open' });
  const { data: branches } = await rest.repos.listBranches(where);
  const values = await repository.blob('helm/shop/values.yaml', branch);
  return {
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

/** After {@link COMPLETE}. */
export const COMPLETED = {
  tags: ['2.0.0', '1.0.0'],
  version: '1.0.1',
  branches: [],
  pulls: [{ isHere: true, labels: ['release'], people: ['rita', 'rita'], merge: 'squash' }],
  isDescribed: ['web'],
};

/** Proposes the other service, then changes the base. */
export async function proposeOther(repository: TestRepository): Promise<void> {
  await repository.step(propose('api', '3.0.0'));
  await repository.push({ 'helm/shop/values.yaml': `# moved\n${valuesWith('1.0.0', '1.0.0')}` }, 'fix: theirs');
}

/** How the pull request then differs from {@link COMPLETED}. */
export const WITH_OTHER = { tags: ['2.0.0', '3.0.0'], isDescribed: ['web', 'api'] };

/** One service, to main. */
export const RELEASE_WEB = { charts: 'helm/shop', version: 'patch', images: imageOf('web', '2.0.0') };

export const stateOfMain = async (repository: TestRepository) => ({
  log: await repository.log(),
  chart: await repository.blob('helm/shop/Chart.yaml'),
  values: await repository.blob('helm/shop/values.yaml'),
});

/** After {@link RELEASE_WEB}. */
export const IN_MAIN = {
  log: ['chore(release): shop 1.0.1', 'feat: the start'],
  chart: CHART.replace('version: 1.0.0', 'version: 1.0.1').replace('appVersion: "1.0.0"', 'appVersion: "2.0.0"'),
  values: valuesWith('2.0.0', '1.0.0').replace('digest: ""', `digest: "${DIGEST}"`),
};
