import { cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../../errors.ts';
import { projectDir } from '../../paths.ts';
import type { World } from '../world.ts';
import { DEVELOPER, FULL_NAME, ORGANIZATION, RELEASE_BOT, REPOSITORY } from './accounts.ts';
import type { Clone } from './clone.ts';

/** The check of `ci.yml` that the lab's runner runs on a pull request, and that main therefore requires. */
export const REQUIRED_CHECK = 'Chart';

/** Does the story's repository exist on the hub? */
export async function repositoryExists({ platform, where }: World): Promise<boolean> {
  return platform.repos.get(where).then(
    () => true,
    (error: { status?: number }) => {
      if (error.status === 404) return false;
      throw error;
    },
  );
}

/** Copies this checkout as it is now: every file that Git tracks or would. */
async function copyCheckout(target: string): Promise<number> {
  const listing = await execa(
    'git',
    ['-C', projectDir, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      reject: false,
    },
  );
  if (listing.exitCode !== 0) {
    throw new LabError(
      `The story starts from this checkout's files, and git cannot list them: ${listing.stderr}`,
      'Run it in a clone of the repository.',
    );
  }
  let copied = 0;
  for (const path of new Set(listing.stdout.split('\0').filter((each) => each !== ''))) {
    const source = join(projectDir, path);
    if ((await stat(source).catch(() => undefined)) === undefined) continue;
    await mkdir(dirname(join(target, path)), { recursive: true });
    await cp(source, join(target, path), { verbatimSymlinks: true });
    copied++;
  }
  return copied;
}

/** The one thing an adopter changes in the chart: where production's images are. Done by the action itself, in the checkout. */
async function nameProductionRegistry(clone: Clone, host: string): Promise<void> {
  const bundle = join(clone.directory, 'actions', 'bump-chart-version', 'dist', 'index.js');
  await execa(process.execPath, [bundle], {
    cwd: clone.directory,
    extendEnv: false,
    env: {
      PATH: process.env.PATH ?? '',
      GITHUB_WORKSPACE: clone.directory,
      GITHUB_REPOSITORY: FULL_NAME,
      GITHUB_SHA: (await clone.git('rev-parse', 'HEAD')).trim(),
      GITHUB_REF: 'refs/heads/main',
      INPUT_MODE: 'worktree',
      INPUT_CHARTS: 'helm/shop',
      INPUT_VERSION: 'none',
      'INPUT_APP-VERSION': 'none',
      INPUT_VALUES: `web.image.registry=${host}\napi.image.registry=${host}`,
    },
  });
}

/** Main takes merged pull requests whose check passed, and the release bot's commits; nothing else. Version tags stay where they are. */
async function protect({ platform, where }: World, botId: number): Promise<void> {
  await platform.repos.createRepoRuleset({
    ...where,
    name: 'main takes pull requests',
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    bypass_actors: [{ actor_id: botId, actor_type: 'Integration', bypass_mode: 'always' }],
    rules: [
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      {
        type: 'pull_request',
        parameters: {
          allowed_merge_methods: ['merge', 'squash', 'rebase'],
          dismiss_stale_reviews_on_push: false,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 0,
          required_review_thread_resolution: false,
        },
      },
      {
        type: 'required_status_checks',
        parameters: {
          strict_required_status_checks_policy: false,
          required_status_checks: [{ context: REQUIRED_CHECK }],
        },
      },
    ],
  });
  await platform.repos.createRepoRuleset({
    ...where,
    name: 'version tags stay',
    target: 'tag',
    enforcement: 'active',
    conditions: { ref_name: { include: ['refs/tags/v*.*.*'], exclude: [] } },
    rules: [{ type: 'deletion' }, { type: 'update' }],
  });
}

/** Makes the repository on the hub from this checkout: files, variables, secrets, rules. Returns how many files it has. */
export async function setUpRepository(world: World): Promise<number> {
  const { platform, admin, where, endpoints } = world;
  await platform.repos.createInOrg({
    org: ORGANIZATION,
    name: REPOSITORY,
    description: 'The shop and how it is released',
  });
  await platform.repos.addCollaborator({ ...where, username: DEVELOPER, permission: 'push' });
  const clone = await world.platformClone();
  await clone.git('checkout', '--quiet', '-B', 'main');
  const files = await copyCheckout(clone.directory);
  await clone.commit('chore: start from the published files');
  // The actions as they are published: `uses: gitops-actions/gitops-actions/actions/NAME@v1`.
  await clone.git('tag', 'v1');
  await nameProductionRegistry(clone, endpoints.registries.production.host);
  await clone.commit("chore(shop): name the production registry in the chart's values\n\n[skip ci]");
  await clone.git('push', '--quiet', 'origin', 'main', 'v1');

  const { staging, production } = endpoints.registries;
  const variables = {
    STAGING_REGISTRY: staging.host,
    PRODUCTION_REGISTRY: production.host,
    STAGING_USERNAME: staging.username,
    PRODUCTION_USERNAME: production.username,
    BASE_IMAGE: endpoints.images.base,
    BUILD_IMAGE: endpoints.images.build,
  };
  for (const [name, value] of Object.entries(variables))
    await platform.actions.createRepoVariable({ ...where, name, value });
  const secrets = {
    STAGING_PASSWORD: staging.password,
    PRODUCTION_PASSWORD: production.password,
    RELEASE_TOKEN: world.releaseToken,
  };
  for (const [name, value] of Object.entries(secrets)) await admin.setSecret(FULL_NAME, name, value);
  const bot = await admin.createUser(RELEASE_BOT, 'Bot');
  await protect(world, bot.id);
  return files;
}
