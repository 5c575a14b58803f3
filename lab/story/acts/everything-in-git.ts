import type { Act } from '../act.ts';
import { repositoryExists, setUpRepository } from '../set-up.ts';

/** A newcomer finds each concern by its folder. */
const CONCERNS = ['actions', 'app', 'helm', 'workflows-src', '.github', 'lab', 'docs'];

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
    const folders = data.tree.filter(({ type }) => type === 'tree').map(({ path }) => path);
    expect.equal(
      'each concern has its folder',
      CONCERNS.filter((name) => !folders.includes(name)),
      [],
    );
    const { data: workflows } = await world.developer.repos.getContent({ ...world.where, path: '.github/workflows' });
    const names = (Array.isArray(workflows) ? workflows : []).map(({ name }) => name).sort();
    expect.equal('the workflows are in the repository', names, ['build.yml', 'ci.yml', 'deploy.yml']);
  },
};
