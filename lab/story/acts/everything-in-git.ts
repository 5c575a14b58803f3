import type { Act } from '../act.ts';
import type { Expectations } from '../expectations.ts';
import { repositoryExists, setUpRepository } from '../repository/set-up.ts';

/** A newcomer finds each concern by its directory. */
const CONCERNS = ['terraform', 'helm', 'argocd', 'actions', 'workflows-src', '.github', 'app', 'lab', 'docs'];
const WORKFLOWS = ['ci.yml', 'build.yml', 'deploy.yml'];

/** Expects that each name is among those found. */
function expectAll(expect: Expectations, what: string, wanted: readonly string[], found: readonly string[]): void {
  const missing = wanted.filter((name) => !found.includes(name));
  expect.holds(what, missing.length === 0, missing.length === 0 ? wanted.join(', ') : `missing: ${missing.join(', ')}`);
}

export const everythingInGit: Act = {
  name: 'everything-in-git',
  number: 1,
  title: 'Everything starts in Git',
  limit: 120,
  async play(world, expect, _thread, progress) {
    if (!(await repositoryExists(world))) {
      progress('making the repository on the hub from this checkout');
      await setUpRepository(world);
    }
    const { data } = await world.developer.git.getTree({ ...world.where, tree_sha: 'main' });
    const directories = data.tree.filter(({ type }) => type === 'tree').map(({ path }) => path);
    expectAll(expect, 'each concern has its directory', CONCERNS, directories);
    const { data: workflows } = await world.developer.repos.getContent({ ...world.where, path: '.github/workflows' });
    const names = (Array.isArray(workflows) ? workflows : []).map(({ name }) => name);
    expectAll(expect, 'the workflows are in the repository', WORKFLOWS, names);
  },
};
