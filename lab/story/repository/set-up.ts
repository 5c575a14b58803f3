import { cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../../errors.ts';
import { pullRequestRuleset } from '../../hub/admin-client.ts';
import { projectDir } from '../../paths.ts';
import type { World } from '../world.ts';
import { DEVELOPER, FULL_NAME, ORGANIZATION, RELEASE_BOT, REPOSITORY } from './accounts.ts';
import type { Clone } from './clone.ts';

/** The check of `ci.yml` that the lab's runner runs on pull requests, and that main therefore requires. */
export const REQUIRED_CHECK = 'Chart';

/** Whether the story's repository exists on the hub. */
export async function repositoryExists({ platform, repository }: World): Promise<boolean> {
  return platform.repos.get(repository).then(
    () => true,
    (error: { status?: number }) => {
      if (error.status === 404) return false;
      throw error;
    },
  );
}

/** Copies the current files of this checkout: those that Git tracks, and new ones that it does not ignore. */
async function copyCheckout(target: string): Promise<void> {
  const listing = await execa(
    'git',
    ['-C', projectDir, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      reject: false,
    },
  );
  if (listing.exitCode !== 0) {
    throw new LabError(
      `git cannot list the files of this checkout, which the story starts from: ${listing.stderr}`,
      'Run the story in a clone of the repository.',
    );
  }
  for (const path of new Set(listing.stdout.split('\0').filter((file) => file !== ''))) {
    const source = join(projectDir, path);
    if ((await stat(source).catch(() => undefined)) === undefined) continue;
    await mkdir(dirname(join(target, path)), { recursive: true });
    await cp(source, join(target, path), { verbatimSymlinks: true });
  }
}

/** Sets the registry of production images in the chart, the one value an adopter changes. Runs our own action in the clone. */
async function setProductionRegistry(clone: Clone, host: string): Promise<void> {
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

/** main accepts only merged pull requests whose check passed, and the release bot's commits. Version tags cannot be moved. */
async function createRulesets({ platform, repository }: World, botId: number): Promise<void> {
  await platform.repos.createRepoRuleset({
    ...repository,
    ...pullRequestRuleset({
      bypassApps: [botId],
      rules: [
        { type: 'deletion' },
        { type: 'non_fast_forward' },
        {
          type: 'required_status_checks',
          parameters: {
            strict_required_status_checks_policy: false,
            required_status_checks: [{ context: REQUIRED_CHECK }],
          },
        },
      ],
    }),
  });
  await platform.repos.createRepoRuleset({
    ...repository,
    name: 'version tags are immutable',
    target: 'tag',
    enforcement: 'active',
    conditions: { ref_name: { include: ['refs/tags/v*.*.*'], exclude: [] } },
    rules: [{ type: 'deletion' }, { type: 'update' }],
  });
}

/** Creates the repository on the hub from this checkout: files, variables, secrets, rulesets. */
export async function setUpRepository(world: World): Promise<void> {
  const { platform, admin, repository, endpoints } = world;
  await platform.repos.createInOrg({
    org: ORGANIZATION,
    name: REPOSITORY,
    description: 'The shop and how it is released',
  });
  await platform.repos.addCollaborator({ ...repository, username: DEVELOPER, permission: 'push' });
  const clone = await world.createPlatformClone();
  await clone.git('checkout', '--quiet', '-B', 'main');
  await copyCheckout(clone.directory);
  await clone.commit('chore: start from the published files');
  // The actions as they are published: `uses: gitops-actions/gitops-actions/actions/NAME@v1`.
  await clone.git('tag', 'v1');
  await setProductionRegistry(clone, endpoints.registries.production.host);
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
    await platform.actions.createRepoVariable({ ...repository, name, value });
  const secrets = {
    STAGING_PASSWORD: staging.password,
    PRODUCTION_PASSWORD: production.password,
    RELEASE_TOKEN: world.releaseToken,
  };
  for (const [name, value] of Object.entries(secrets)) await admin.setSecret(FULL_NAME, name, value);
  const bot = await admin.createUser(RELEASE_BOT, 'Bot');
  await createRulesets(world, bot.id);
}
