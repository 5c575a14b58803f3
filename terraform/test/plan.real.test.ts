/** Applies against the stub providers, and checks what a second plan would change. */
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

/** Changes the state that Terraform reads, as if Azure or somebody had changed the resource. */
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

  it('is destroyed in order', async () => {
    const output = await workspace.succeed(
      root,
      ...['destroy', '-auto-approve', '-input=false', `-var-file=../environments/${values}`, ...given],
    );
    expect(output).toContain('Destroy complete!');
    const destroyed = [...output.matchAll(/^(\S+): Destruction complete/gm)].map(([, address]) => address);
    // The chart with the applications before Argo CD, which has to delete them:
    // aws-ia/terraform-aws-eks-blueprints#865, #1307
    if (root === 'bootstrap')
      expect(destroyed.indexOf('helm_release.root')).toBeLessThan(destroyed.indexOf('helm_release.argocd'));
  });
});

describe('the rules of the repository', () => {
  it('are not applied without a value for the platform, which would delete the workflows’ variables', async () => {
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
      attributes.kubernetes_version = '1.37.7';
      attributes.current_kubernetes_version = '1.37.7';
      defaultPool(attributes).orchestrator_version = '1.37.7';
    });
    await drift(workspace, 'azurerm_kubernetes_cluster_node_pool', (attributes) => {
      attributes.orchestrator_version = '1.37.7';
    });
    expect(await plan(workspace, 'platform', 'production.tfvars')).toMatchObject({ exitCode: NO_CHANGES });
  });

  it('reverts manual changes', async () => {
    await drift(workspace, 'azurerm_kubernetes_cluster', (attributes) => {
      attributes.local_account_disabled = false;
    });
    const { exitCode, output } = await plan(workspace, 'platform', 'production.tfvars');
    expect(exitCode).toBe(CHANGES);
    expect(output).toMatch(/local_account_disabled +=.* false -> true/);
  });

  const apps = { min_count: 3, max_count: 10, vm_size: 'Standard_D2ds_v5' };
  const pools = (change: object): string[] => [
    '-var',
    `user_pools=${JSON.stringify({ apps: { ...apps, ...change } })}`,
  ];
  const system = (change: object): string[] => ['-var', `system_pool=${JSON.stringify(change)}`];
  const sizes = [...system({ vm_size: 'Standard_D8ds_v5' }), ...pools({ vm_size: 'Standard_D4ds_v5' })];
  const api = { authorized_ip_ranges: ['203.0.113.0/24', '198.51.100.0/24'] };

  // hashicorp/terraform-provider-azurerm#7093, #7231, #21762, #22265; Azure/terraform-azurerm-aks#677
  it.each([
    ['other bounds of a pool', pools({ max_count: 20 }), /max_count +=.* 10 -> 20/],
    ['other sizes of pools', sizes, /vm_size +=.* "Standard_D4ds_v5" -> "Standard_D8ds_v5"/],
    ['another disk and more pods a node', system({ os_disk_size_gb: 60, max_pods: 60 }), /max_pods +=.* 50 -> 60/],
    ['other addresses that reach the API', ['-var', `api_server=${JSON.stringify(api)}`], /"198\.51\.100\.0\/24"/],
  ])('is changed in place by %s, and nothing is replaced', async (_change, args, shown) => {
    const { output } = await plan(workspace, 'platform', 'production.tfvars', ...args);
    expect(output).toMatch(shown);
    expect(output).not.toContain('must be replaced');
    expect(output).toMatch(/Plan: 0 to add, [1-9]\d* to change, 0 to destroy\./);
  });

  // So that the tests above can fail.
  it.each([
    [
      'another region',
      ['-var', 'location=northeurope'],
      'module.registry["production"].azurerm_container_registry.this',
    ],
    [
      'other addresses of pods',
      ['-var', 'network={"pod_cidr":"10.248.0.0/16"}'],
      'module.aks.azurerm_kubernetes_cluster.this',
    ],
  ])('is replaced in part by %s, and the plan shows it', async (_change, args, replaced) => {
    const { output } = await plan(workspace, 'platform', 'production.tfvars', ...args);
    expect(output).toContain(`# ${replaced} must be replaced`);
  });

  // Azure/terraform-azurerm-aks#719; hashicorp/terraform-provider-azurerm#26568, #29318
  describe('whose upgrade settings were changed by hand', () => {
    const settings = (attributes: Record<string, unknown>) =>
      (attributes.upgrade_settings as Record<string, unknown>[])[0] ?? {};
    const setByHand = async (undrainable_node_behavior: string, drain_timeout_in_minutes: number) => {
      const change = { undrainable_node_behavior, drain_timeout_in_minutes };
      await drift(workspace, 'azurerm_kubernetes_cluster', (attributes) =>
        Object.assign(settings(defaultPool(attributes)), change),
      );
      await drift(workspace, 'azurerm_kubernetes_cluster_node_pool', (attributes) =>
        Object.assign(settings(attributes), change),
      );
    };

    it('gets its upgrade settings back in place', async () => {
      await setByHand('Schedule', 60);
      const { output } = await plan(workspace, 'platform', 'production.tfvars');
      await setByHand('Cordon', 30);
      expect(output.match(/"Schedule" -> "Cordon"/g)).toHaveLength(2);
      expect(output).not.toContain('must be replaced');
    });

    // So that the test above can fail.
    it.each(['undrainable_node_behavior', 'drain_timeout_in_minutes'])(
      'would be replaced, the cluster among it, if Terraform said nothing of %s',
      async (setting) => {
        const undo = await Promise.all(
          ['modules/aks/main.tf', 'modules/aks/pools.tf'].map((file) =>
            workspace.edit(file, (text) => text.replace(new RegExp(`^ *${setting} .*$`, 'm'), '')),
          ),
        );
        const { output } = await plan(workspace, 'platform', 'production.tfvars');
        await Promise.all(undo.map((each) => each()));
        expect(output).toContain('# module.aks.azurerm_kubernetes_cluster.this must be replaced');
        expect(output).toContain('# module.aks.azurerm_kubernetes_cluster_node_pool.user["apps"] must be replaced');
        expect(output).toMatch(new RegExp(`${setting} .*# forces replacement`));
      },
    );
  });

  it('gets other VM sizes through a temporary pool, and not without a name for it', async () => {
    const args = ['apply', '-auto-approve', '-input=false', '-var-file=../environments/production.tfvars', ...sizes];
    const undo = await workspace.edit('modules/aks/main.tf', (text) =>
      text.replace('temporary_name_for_rotation = "systemtmp"', ''),
    );
    const { exitCode, output } = await workspace.run('platform', ...args);
    await undo();
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: expect.stringContaining('`temporary_name_for_rotation` must be specified'),
    });
    expect(await workspace.succeed('platform', ...args)).toMatch(
      /Apply complete! Resources: 0 added, \d+ changed, 0 destroyed\./,
    );
  }, 120_000);
});

describe('a platform with spot nodes', () => {
  // hashicorp/terraform-provider-azurerm#25615; Azure/AKS#3152
  it('changes nothing when it is applied again, with the label and the taint that Azure sets on them', async () => {
    const pools = JSON.stringify({
      apps: {},
      batch: { min_count: 0, max_count: 3, spot: true, labels: { purpose: 'batch' } },
    });
    const given = ['-var', `user_pools=${pools}`];
    const workspace = await setUp('platform', 'production.tfvars', ...given);
    try {
      await drift(workspace, 'azurerm_kubernetes_cluster_node_pool', (attributes) => {
        if (attributes.priority !== 'Spot') return;
        attributes.node_labels = { purpose: 'batch', 'kubernetes.azure.com/scalesetpriority': 'spot' };
        attributes.node_taints = ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule'];
      });
      expect(await plan(workspace, 'platform', 'production.tfvars', ...given)).toMatchObject({ exitCode: NO_CHANGES });
    } finally {
      await workspace.close();
    }
  }, 600_000);
});

describe('what the provider rejects at plan time', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.open();
  }, 600_000);
  afterAll(() => workspace.close());

  it.each([
    [
      'zones of a NAT gateway that is in all of them',
      'modules/network/main.tf',
      'sku_name                = local.egress_sku',
      'sku_name = local.egress_sku\n  zones = ["1", "2", "3"]',
      'The `zones` argument must be omitted',
    ],
    [
      'surge of a spot pool',
      'modules/aks/pools.tf',
      'priority        = each.value.spot ? "Spot" : "Regular"',
      'priority = "Spot"',
      '`max_surge` cannot be set when `priority` is set to `Spot`',
    ],
    [
      'a pool that is neither spot nor has surge',
      'modules/aks/pools.tf',
      'max_surge                     = each.value.spot ? null : var.upgrades.max_surge',
      '',
      'either `max_surge` or `max_unavailable` must be specified in `upgrade_settings`',
    ],
    [
      'copies of a registry that is not Premium',
      'modules/registry/main.tf',
      'sku                 = var.sku',
      'sku = "Standard"',
      'ACR zone redundancy can only be applied when using the Premium Sku',
    ],
  ])('is rejected here too: %s', async (_what, file, from, to, refusal) => {
    const undo = await workspace.edit(file, (text) => text.replace(from, to));
    const { exitCode, output } = await plan(workspace, 'platform', 'production.tfvars');
    await undo();
    expect(output.replaceAll(/\s+/g, ' ')).toContain(refusal);
    expect(exitCode).toBe(1);
  });
});
