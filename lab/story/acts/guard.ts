import type { Act, Stage } from '../act.ts';
import { ARGO_NAMESPACE } from '../cluster/argo.ts';
import { withArgoUser } from '../cluster/argo-cli.ts';
import { attemptForbiddenSync } from '../cluster/forbidden-sync.ts';
import { SHOP_NAMESPACE } from '../shop/shop.ts';

const CONTROLLER = `system:serviceaccount:${ARGO_NAMESPACE}:argocd-application-controller`;

/** The line of git's output with the reason: like GitHub, the hub prints it after the code of the rule. */
function readRejection(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const reason = lines.find((line) => /^remote: - /.test(line)) ?? lines.find((line) => /rejected|error/.test(line));
  return (reason ?? lines.at(-1) ?? '').replace(/^remote: (- )?/, '');
}

/** main accepts only merged pull requests. */
async function expectProtectedMain({ world, expect }: Stage): Promise<void> {
  const clone = await world.createClone();
  const before = (await clone.git('rev-parse', 'origin/main')).trim();
  await clone.edit('README.md', (text) => `${text}\nPushed without a check.\n`);
  await clone.commit('docs: push without a check');

  const push = await clone.gitFailure('push', 'origin', 'HEAD:main');
  expect.holds(
    'a direct push to main is rejected with the reason',
    push?.includes('Changes must be made through a pull request') === true,
    push === undefined ? 'it was accepted' : readRejection(push),
  );
  const force = await clone.gitFailure('push', '--force', 'origin', 'HEAD~2:main');
  expect.holds(
    'a force push to main is rejected',
    force !== undefined,
    force === undefined ? 'it was accepted' : readRejection(force),
  );
  const deletion = await clone.gitFailure('push', 'origin', ':main');
  expect.holds(
    'main cannot be deleted',
    deletion !== undefined,
    deletion === undefined ? 'it was deleted' : readRejection(deletion),
  );
  const { data } = await world.developer.git.getRef({ ...world.repository, ref: 'heads/main' });
  expect.equal('main is unchanged', data.object.sha, before);
}

/** A deployer can sync what is in Git, and nothing else. */
async function expectLimitedRoles({ world, expect }: Stage): Promise<void> {
  await withArgoUser(world, 'deployer', async ({ run }) => {
    const sync = await run('app', 'sync', 'shop', '--output', 'json');
    expect.holds('the deployer role can sync the shop', sync.ok, sync.ok ? 'synced' : sync.text);
    const project = await run('proj', 'delete', 'shop');
    expect.holds('it cannot delete the project', !project.ok && /permission denied/.test(project.text), project.text);
    const application = await run('app', 'delete', 'shop', '--yes');
    expect.holds(
      'it cannot delete the application',
      !application.ok && /permission denied/.test(application.text),
      application.text,
    );
  });
  const project = await world.cluster.find('appproject', 'shop', `--namespace=${ARGO_NAMESPACE}`);
  expect.equal('the project still exists', project?.metadata.name, 'shop');
}

/** What the project does not allow cannot be created: Argo CD does not try, and Kubernetes would not allow it. */
async function expectLimitedProject(stage: Stage): Promise<void> {
  const { world, expect } = stage;
  const kinds = await attemptForbiddenSync(stage, { path: 'argocd/bootstrap', namespace: SHOP_NAMESPACE });
  expect.holds("an application of the project can create only the chart's kinds", /not permitted/.test(kinds), kinds);
  const namespace = await attemptForbiddenSync(stage, { path: 'helm/shop', namespace: 'kube-system' });
  expect.holds(
    'it can create nothing in another namespace',
    /do not match any of the allowed destinations/.test(namespace),
    namespace,
  );
  for (const [kind, ...args] of [['configmap'], ['secret', 'generic'], ['role', '--verb=get', '--resource=secrets']]) {
    const denial = await world.cluster
      .kubectl('create', kind as string, ...args, 'example', `--namespace=${SHOP_NAMESPACE}`, `--as=${CONTROLLER}`)
      .then(
        () => undefined,
        (error: Error) => error.message,
      );
    expect.holds(
      `Kubernetes does not let Argo CD's controller create a ${kind}`,
      denial?.includes('forbidden') === true,
      /cannot create [^\n]*/.exec(denial ?? '')?.[0] ?? denial ?? 'it was created',
    );
  }
}

export const guard: Act = {
  name: 'guard',
  title: 'main, roles and projects are protected',
  timeoutSeconds: 120,
  async play(stage) {
    await expectProtectedMain(stage);
    stage.progress("main is protected; next, Argo CD's roles");
    await expectLimitedRoles(stage);
    stage.progress('the roles are limited; next, the project');
    await expectLimitedProject(stage);
  },
};
