/** The files, outputs and storage containers in docs/deploy-to-azure.md must exist in the code. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readConfiguration, readHcl } from '../scripts/hcl.ts';
import { project } from './workspace.ts';

const guide = await readFile(join(project, 'docs/deploy-to-azure.md'), 'utf8');
const commands = [...guide.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block = '']) =>
  block.split('\n').map((line) => line.trim()),
);
const environments = join(project, 'terraform/environments');

describe('the guide to Azure', () => {
  it('names values and backend files that exist, or that it creates', async () => {
    const named = commands.join('\n').matchAll(/=\.\.\/environments\/([\w.-]+)/g);
    const files = [...named].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(8);
    const written = [...guide.matchAll(/> terraform\/environments\/([\w.-]+)$/gm)].map(([, file]) => file);
    expect([...(await readdir(environments)), ...written]).toEqual(expect.arrayContaining(files));
  });

  it('names outputs that exist', async () => {
    const named = commands.flatMap((line) => [...line.matchAll(/-chdir=terraform\/(\w+) output (?:-json )?(\w+)/g)]);
    expect(named.length).toBeGreaterThan(2);
    for (const [, root = '', output = ''] of named)
      expect(Object.keys((await readConfiguration(join(project, 'terraform', root))).output ?? {})).toContain(output);
  });

  it('creates each container for a state', async () => {
    const files = (await readdir(environments)).filter((name) => name.endsWith('.tfbackend'));
    const backends = await Promise.all(
      files.map((file) => readHcl<{ container_name: string }>(join(environments, file))),
    );
    const [, names = ''] = /for name in ([^;]+); do az storage container create --name tfstate-/.exec(guide) ?? [];
    expect(new Set(names.split(' ').map((name) => `tfstate-${name}`))).toEqual(
      new Set(backends.map(({ container_name }) => container_name)),
    );
  });

  it('stores the state with a copy in another region', () => {
    const [creation] = commands.filter((line) => line.startsWith('az storage account create'));
    expect(creation).toContain('--sku Standard_GZRS');
  });

  // https://learn.microsoft.com/azure/aks/enable-host-encryption
  it('registers the provider again after the feature', () => {
    const at = (line: string): number => commands.findIndex((each) => each.startsWith(line));
    expect(at('az feature register --namespace Microsoft.Compute')).toBeGreaterThan(-1);
    expect(at('az provider register --namespace Microsoft.Compute')).toBeGreaterThan(
      at('az feature register --namespace Microsoft.Compute'),
    );
  });

  // Reading a role assignment, azurerm asks for the role by its id, which is the subscription's:
  // role_assignment_resource.go
  it('lets the identity that plans read role definitions, and nothing else in the subscription', () => {
    const definition = /^az role definition create --role-definition '(.*)'$/m.exec(commands.join('\n'))?.[1] ?? '';
    const role = JSON.parse(definition.replace("'$ARM_SUBSCRIPTION_ID'", 'ID')) as Record<string, unknown>;
    expect(role).toMatchObject({
      Actions: ['Microsoft.Authorization/roleDefinitions/read'],
      AssignableScopes: ['/subscriptions/ID'],
    });
    const wide = commands.filter((line) => /--scope \/subscriptions\/\$ARM_SUBSCRIPTION_ID$/.test(line));
    expect(wide).toEqual([expect.stringContaining(`--role "${role.Name}"`)]);
  });

  it('does so once: a second role of that name is rejected', () => {
    expect(commands.filter((line) => line.startsWith('az role definition create'))).toHaveLength(1);
  });

  it('uses the identity of workflows only in production, where it exists', () => {
    const [, after = ''] = guide.split('**Staging and dev**');
    const [, block = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(after) ?? [];
    const lines = block.trim().split('\n');
    const named = (part: string): string[] => lines.filter((line) => line.includes(part));
    expect(named('-backend-config=../environments/staging.')).toHaveLength(2);
    expect(named('-var-file=../environments/staging.')).toHaveLength(2);
    for (const line of named(' init ')) expect(line).toContain('-reconfigure');
    expect([...named('az role'), ...named('az identity'), ...named('github')]).toEqual([]);
  });

  it('looks up the IPv4 address for the API, which accepts no other', () => {
    expect(commands.filter((line) => line.includes('ifconfig'))).toEqual(['curl -4 --silent https://ifconfig.me']);
  });

  it('exposes nothing to customers but the page, and not without TLS', async () => {
    const [, after = ''] = guide.split('**Customers do not reach the shop yet.**');
    const [section = ''] = after.split('\n## ');
    expect(section).toContain('Do not set `web.service.type: LoadBalancer`');
    const [service, chart] = await Promise.all(
      ['app/lib/service.ts', 'helm/shop/templates/service.yaml'].map((file) => readFile(join(project, file), 'utf8')),
    );
    const inside = [...(service ?? '').matchAll(/app\.get\('(\/(?:\w+z|metrics))'/g)].map(([, path]) => path);
    expect(inside).toHaveLength(3);
    for (const path of inside) expect(section).toContain(`\`${path}\``);
    // If this changes, the section must too.
    expect(chart).toContain('appProtocol: http\n');
    expect(guide).not.toMatch(/TLS in the pod/);
  });

  it('moves no registry to another region', () => {
    const [, row = ''] = /^\| the region \|(.*)$/m.exec(guide) ?? [];
    expect(row).not.toContain('`location`');
    expect(guide).toContain('Do not change `location` of production');
  });
});
