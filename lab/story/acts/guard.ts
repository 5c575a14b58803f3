import type { Act } from '../act.ts';
import { ARGO_NAMESPACE } from '../cluster/argo.ts';
import { asArgoUser } from '../cluster/argo-cli.ts';
import { tryBeyondProject } from '../cluster/forbidden-sync.ts';
import type { Expectations } from '../expectations.ts';
import { SHOP_NAMESPACE } from '../shop/running-shop.ts';
import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';

const CONTROLLER = `system:serviceaccount:${ARGO_NAMESPACE}:argocd-application-controller`;

/** Main takes merged pull requests alone. */
async function guardMain(world: World, expect: Expectations): Promise<void> {
  const clone = await world.openClone();
  const before = (await clone.git('rev-parse', 'origin/main')).trim();
  await clone.edit('README.md', (text) => `${text}\nPushed past every check.\n`);
  await clone.commit('docs: push past every check');

  const push = await clone.refusal('push', 'origin', 'HEAD:main');
  expect.holds(
    'a direct push to main is refused, and says why',
    push?.includes('Changes must be made through a pull request') === true,
    push === undefined ? 'it was accepted' : reasonOf(push),
  );
  const force = await clone.refusal('push', '--force', 'origin', 'HEAD~2:main');
  expect.holds(
    'a force push is refused',
    force !== undefined,
    force === undefined ? 'it was accepted' : reasonOf(force),
  );
  const removal = await clone.refusal('push', 'origin', ':main');
  expect.holds('main cannot be deleted', removal !== undefined, removal === undefined ? 'it was' : reasonOf(removal));
  const { data } = await world.developer.git.getRef({ ...world.where, ref: 'heads/main' });
  expect.equal('main is where it was', data.object.sha, before);
}

/** A deployer may have Argo CD do what Git says, and nothing else. */
async function guardRoles(world: World, expect: Expectations): Promise<void> {
  await asArgoUser(world, 'deployer', async ({ run }) => {
    const sync = await run('app', 'sync', 'shop', '--output', 'json');
    expect.holds('the deployer role syncs the shop', sync.ok, sync.ok ? 'synced' : sync.text);
    const project = await run('proj', 'delete', 'shop');
    expect.holds('it cannot delete the project', !project.ok && /permission denied/.test(project.text), project.text);
    const application = await run('app', 'delete', 'shop', '--yes');
    expect.holds(
      'nor the application',
      !application.ok && /permission denied/.test(application.text),
      application.text,
    );
  });
  const left = await world.cluster.find('appproject', 'shop', `--namespace=${ARGO_NAMESPACE}`);
  expect.equal('the project is still there', left?.metadata.name, 'shop');
}

/** What the project does not allow cannot be created: Argo CD does not try, and Kubernetes would not let it. */
async function guardProject(world: World, expect: Expectations, stage: Stage): Promise<void> {
  const kinds = await tryBeyondProject(world, stage, { path: 'argocd/bootstrap', namespace: SHOP_NAMESPACE });
  expect.holds('an application of the project gets no kind but those of the chart', /not permitted/.test(kinds), kinds);
  const place = await tryBeyondProject(world, stage, { path: 'helm/shop', namespace: 'kube-system' });
  expect.holds('and nothing in another namespace', /do not match any of the allowed destinations/.test(place), place);
  for (const [kind, ...args] of [['configmap'], ['secret', 'generic'], ['role', '--verb=get', '--resource=secrets']]) {
    const refusal = await world.cluster
      .kubectl('create', kind as string, ...args, 'taken', `--namespace=${SHOP_NAMESPACE}`, `--as=${CONTROLLER}`)
      .then(
        () => undefined,
        (error: Error) => error.message,
      );
    expect.holds(
      `Kubernetes lets Argo CD's controller create no ${kind}`,
      refusal?.includes('forbidden') === true,
      /cannot create [^\n]*/.exec(refusal ?? '')?.[0] ?? refusal ?? 'it was created',
    );
  }
}

export const guard: Act = {
  name: 'guard',
  number: 14,
  title: 'Main is protected',
  limit: 120,
  async play(world, expect, _thread, progress, stage) {
    await guardMain(world, expect);
    progress('main stays as it is; now the roles in Argo CD');
    await guardRoles(world, expect);
    progress('now what lies beyond the project');
    await guardProject(world, expect, stage);
  },
};

/** The line of git's answer that carries the reason: with GitHub the one after the code of the rule. */
function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const reason = lines.find((line) => /^remote: - /.test(line)) ?? lines.find((line) => /rejected|error/.test(line));
  return (reason ?? lines.at(-1) ?? '').replace(/^remote: (- )?/, '');
}
