/** The stub providers reject what the real ones reject before they call a cloud: the schemas are the same. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Workspace } from './workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await Workspace.open();
}, 600_000);
afterAll(() => workspace.close());

interface Mistake {
  name: string;
  configuration: string;
  file: string;
  from: string;
  to: string;
  refusal: string;
}

const cluster = { configuration: 'modules/aks', file: 'modules/aks/main.tf' };
const mistakes: Mistake[] = [
  {
    name: 'an unknown argument',
    ...cluster,
    from: 'local_account_disabled = true',
    to: 'local_accounts_disabled = true',
    refusal: 'An argument named "local_accounts_disabled" is not expected here',
  },
  {
    name: 'an unknown argument in a nested block',
    ...cluster,
    from: 'outbound_type ',
    to: 'outbound_kind ',
    refusal: 'An argument named "outbound_kind" is not expected here',
  },
  {
    name: 'a missing argument',
    ...cluster,
    from: '  location            = var.location\n',
    to: '',
    refusal: 'The argument "location" is required, but no definition was found',
  },
  {
    name: 'a missing nested block',
    ...cluster,
    from: '  default_node_pool {',
    to: '  linux_profile {',
    refusal: 'At least 1 "default_node_pool" blocks are required',
  },
  {
    name: 'a nested block twice that can occur once',
    ...cluster,
    from: '  identity {',
    to: '  identity {\n    type = "SystemAssigned"\n  }\n\n  identity {',
    refusal: 'No more than 1 "identity" blocks are allowed',
  },
  {
    name: 'a wrong type',
    ...cluster,
    from: 'image_cleaner_interval_hours = 48',
    to: 'image_cleaner_interval_hours = "two days"',
    refusal: 'Inappropriate value for attribute "image_cleaner_interval_hours": a number is required',
  },
  {
    name: 'a value that only the provider sets',
    ...cluster,
    from: '  dns_prefix ',
    to: '  fqdn = "cluster.example.com"\n  dns_prefix ',
    refusal: 'Can\'t configure a value for "fqdn"',
  },
  {
    name: 'a reference to an attribute that does not exist',
    configuration: 'modules/aks',
    file: 'modules/aks/outputs.tf',
    from: 'azurerm_kubernetes_cluster.this.oidc_issuer_url',
    to: 'azurerm_kubernetes_cluster.this.oidc_issuer',
    refusal: 'This object has no argument, nested block, or exported attribute named',
  },
  {
    name: 'a block where the provider takes an attribute',
    configuration: 'bootstrap',
    file: 'bootstrap/versions.tf',
    from: '  kubernetes = {',
    to: '  kubernetes {',
    refusal: 'Blocks of type "kubernetes" are not expected here',
  },
  {
    name: 'a list where the provider takes a set of objects with other fields',
    configuration: 'modules/monitoring',
    file: 'modules/monitoring/main.tf',
    from: 'content {\n      category = enabled_log.value\n    }\n  }\n}\n\nresource',
    to: 'content {\n      categories = [enabled_log.value]\n    }\n  }\n}\n\nresource',
    refusal: 'An argument named "categories" is not expected here',
  },
  {
    name: 'a nested attribute that does not exist',
    configuration: 'bootstrap',
    file: 'bootstrap/versions.tf',
    from: 'command     = "kubelogin"',
    to: 'program     = "kubelogin"',
    refusal: 'attribute "command" is required',
  },
];

describe('a configuration is rejected', () => {
  it.each(mistakes)('for $name', async ({ configuration, file, from, to, refusal }) => {
    const undo = await workspace.edit(file, (text) => text.replace(from, to));
    try {
      const { exitCode, output } = await workspace.run(configuration, 'validate');
      expect(output.replaceAll(/\s+/g, ' ')).toContain(refusal);
      expect(exitCode).toBe(1);
    } finally {
      await undo();
    }
  });

  it('and accepted again without the mistakes', async () => {
    for (const configuration of ['modules/aks', 'modules/monitoring', 'bootstrap'])
      expect(await workspace.succeed(configuration, 'validate')).toContain('The configuration is valid.');
  });
});
