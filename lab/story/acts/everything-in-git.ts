import type { Act } from '../act.ts';
import type { Expectations } from '../expectations.ts';
import { repositoryExists, setUpRepository } from '../repository/set-up.ts';

/** A newcomer finds each concern by its directory. */
const CONCERNS = ['terraform', 'helm', 'argocd', 'actions', 'workflows-src', '.github', 'app', 'lab', 'docs'];
const WORKFLOWS = ['ci.yml', 'build.yml', 'deploy.yml'];

/** A list of names that must all be found. */
interface RequiredNames {
  required: readonly string[];
  found: readonly string[];
}

function expectAll(expect: Expectations, what: string, { required, found }: RequiredNames): void {
  const missing = required.filter((name) => !found.includes(name));
  const measured = missing.length === 0 ? required.join(', ') : `missing: ${missing.join(', ')}`;
  expect.holds(what, missing.length === 0, measured);
}

export const everythingInGit: Act = {
  name: 'everything-in-git',
  title: 'Everything starts in Git',
  timeoutSeconds: 120,
  async play({ world, expect, progress }) {
    const { developer, repository } = world;
    if (!(await repositoryExists(world))) {
      progress('creating the repository on the hub from this checkout');
      await setUpRepository(world);
    }
    const { data } = await developer.git.getTree({ ...repository, tree_sha: 'main' });
    const directories = data.tree.filter(({ type }) => type === 'tree').map(({ path }) => path);
    expectAll(expect, 'each concern has its directory', { required: CONCERNS, found: directories });
    const { data: workflows } = await developer.repos.getContent({ ...repository, path: '.github/workflows' });
    const names = (Array.isArray(workflows) ? workflows : []).map(({ name }) => name);
    expectAll(expect, 'the workflows are in the repository', { required: WORKFLOWS, found: names });
  },
};
