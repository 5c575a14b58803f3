/** Applies against the stub providers, and looks at what a second plan would change. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Workspace } from './workspace.ts';

const NO_CHANGES = 0;
const CHANGES = 2;

interface State {
  resources: { module?: string; type: string; name: string; instances: { attributes: Record<string, unknown> }[] }[];
}

async function setUp(root: string, values: string, ...args: string[]): Promise<Workspace> {
  const workspace = await Workspace.open();
  await workspace.succeed(
    root,
    'apply',
    '-auto-approve',
    '-input=false',
    `-var-file=../environments/${values}`,
    ...args,
  );
  return workspace;
}

const plan = (workspace: Workspace, root: string, values: string, ...args: string[]) =>
  workspace.run(root, 'plan', '-detailed-exitcode', '-input=false', `-var-file=../environments/${values}`, ...args);

/** Changes what Terraform will find, as if Azure or somebody had changed it. */
async function drift(
  workspace: Workspace,
  type: string,
  change: (attributes: Record<string, unknown>) => void,
): Promise<void> {
  const file = workspace.path('platform', 'terraform.tfstate');
  const state = JSON.parse(await readFile(file, 'utf8')) as State;
  const found = state.resources.filter((resource) => resource.type === type).flatMap(({ instances }) => instances);
  if (found.length === 0) throw new Error(`no ${type} in the state`);
  for (const { attributes } of found) change(attributes);
  await writeFile(file, JSON.stringify(state));
}

const defaultPool = (attributes: Record<string, unknown>): Record<string, unknown> =>
  (attributes.default_node_pool as Record<string, unknown>[])[0] ?? {};

describe.each([
  ['platform', 'production.tfvars'],
  ['platform', 'staging.tfvars'],
  ['platform', 'dev.tfvars'],
  ['bootstrap', 'production.bootstrap.tfvars'],
  ['github', 'github.tfvars', '-var=platform=null'],
])('%s with %s', (root, values, ...given) => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await setUp(root, values, ...given);
  }, 600_000);
  afterAll(() => workspace.close());

  it('changes nothing when it is applied again', async () => {
    const { exitCode, output } = await plan(workspace, root, values, ...given);
    expect(output).toContain('No changes.');
    expect(exitCode).toBe(NO_CHANGES);
  });

  it('goes away in order', async () => {
    const output = await workspace.succeed(
      root,
      ...['destroy', '-auto-approve', '-input=false', `-var-file=../environments/${values}`, ...given],
    );
    expect(output).toContain('Destroy complete!');
    const gone = [...output.matchAll(/^(\S+): Destruction complete/gm)].map(([, address]) => address);
    // The chart with the applications before Argo CD, which has to clear them away: aws-ia/terraform-aws-eks-blueprints#865, #1307
    if (root === 'bootstrap')
      expect(gone.indexOf('helm_release.root')).toBeLessThan(gone.indexOf('helm_release.argocd'));
  });
});

describe('the rules of the repository', () => {
  it('are not applied without a word on the platform, which would take the workflows’ variables away', async () => {
    const workspace = await Workspace.open();
    try {
      const { exitCode, output } = await plan(workspace, 'github', 'github.tfvars');
      expect({ exitCode, output }).toEqual({
        exitCode: 1,
        output: expect.stringContaining('input variable "platform" is not set'),
      });
    } finally {
      await workspace.close();
    }
  }, 600_000);
});

describe('a running platform', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await setUp('platform', 'production.tfvars');
  }, 600_000);
  afterAll(() => workspace.close());

  // hashicorp/terraform-provider-azurerm#2502, #4830, #14522, #33143; aztfmod/terraform-azurerm-caf#1502
  it('keeps the nodes that the autoscaler added', async () => {
    await drift(workspace, 'azurerm_kubernetes_cluster', (attributes) => {
      defaultPool(attributes).node_count = 5;
    });
    await drift(workspace, 'azurerm_kubernetes_cluster_node_pool', (attributes) => {
      attributes.node_count = 9;
    });
    expect(await plan(workspace, 'platform', 'production.tfvars')).toMatchObject({ exitCode: NO_CHANGES });
  });

  // Azure/terraform-azurerm-aks#280, #301, #335, #465; hashicorp/terraform-provider-azurerm#26946
  it('keeps the version that the upgrade channel installed', async () => {
    await drift(workspace, 'azurerm_kubernetes_cluster', (attributes) => {
      attributes.kubernetes_version = '1.35.7';
      attributes.current_kubernetes_version = '1.35.7';
      defaultPool(attributes).orchestrator_version = '1.35.7';
    });
    await drift(workspace, 'azurerm_kubernetes_cluster_node_pool', (attributes) => {
      attributes.orchestrator_version = '1.35.7';
    });
    expect(await plan(workspace, 'platform', 'production.tfvars')).toMatchObject({ exitCode: NO_CHANGES });
  });

  it('takes back what somebody changed by hand', async () => {
    await drift(workspace, 'azurerm_kubernetes_cluster', (attributes) => {
      attributes.local_account_disabled = false;
    });
    const { exitCode, output } = await plan(workspace, 'platform', 'production.tfvars');
    expect(exitCode).toBe(CHANGES);
    expect(output).toMatch(/local_account_disabled +=.* false -> true/);
  });

  it('is changed in place when its bounds change, and nothing is replaced', async () => {
    const pools = JSON.stringify({ apps: { min_count: 3, max_count: 20, vm_size: 'Standard_D4ds_v5' } });
    const { output } = await plan(workspace, 'platform', 'production.tfvars', '-var', `user_pools=${pools}`);
    expect(output).toMatch(/max_count +=.* 10 -> 20/);
    expect(output).toContain('0 to destroy');
  });
});
