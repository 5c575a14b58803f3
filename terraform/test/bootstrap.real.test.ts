/** The values that Terraform passes to the charts, and what Helm renders from them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parse, parseAllDocuments } from 'yaml';
import { ensureTools, toolPath } from '../../lab/tools/index.ts';
import { project, Workspace } from './workspace.ts';

interface Release {
  name: string;
  values: { name: string; version: string | null; values: string[] };
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: { project?: string; source?: { repoURL: string; helm: { valuesObject: { shop: { values: unknown } } } } };
}

let workspace: Workspace;
let releases: Release[];
beforeAll(async () => {
  await ensureTools(['helm']);
  workspace = await Workspace.open();
  const values = '-var-file=../environments/production.bootstrap.tfvars';
  await workspace.succeed('bootstrap', 'plan', '-out=planned', '-input=false', values);
  await workspace.succeed('bootstrap', 'apply', '-input=false', 'planned');
  const shown = JSON.parse(await workspace.succeed('bootstrap', 'show', '-json'));
  releases = shown.values.root_module.resources.filter(({ type }: { type: string }) => type === 'helm_release');
}, 600_000);
afterAll(() => workspace.close());

function release(name: string): Release {
  const found = releases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no release ${name}`);
  return found;
}

describe('the chart with the root application', () => {
  let manifests: Manifest[];
  beforeAll(async () => {
    const file = workspace.path('values.yaml');
    await writeFile(file, release('root').values.values.join('\n'));
    const chart = join(project, 'argocd/bootstrap');
    const { stdout } = await execa(toolPath('helm'), [
      'template',
      'root',
      chart,
      '--namespace',
      'argocd',
      '--values',
      file,
    ]);
    manifests = parseAllDocuments(stdout).map((document) => document.toJSON() as Manifest);
  });

  it('accepts the values, and watches the repository', () => {
    const root = manifests.find(({ kind }) => kind === 'Application');
    expect(root?.spec.source?.repoURL).toBe('https://github.com/gitops-actions/gitops-actions.git');
  });

  it('passes the environment’s values on to the shop', () => {
    const root = manifests.find(({ kind }) => kind === 'Application');
    expect(root?.spec.source?.helm.valuesObject.shop.values).toEqual({
      web: { resources: { requests: { cpu: '250m' } } },
    });
  });

  it('creates the project that the roles of Argo CD refer to', () => {
    const policy = parse(release('argocd').values.values[0] ?? '').configs.rbac['policy.csv'] as string;
    const projects = manifests.filter(({ kind }) => kind === 'AppProject').map(({ metadata }) => metadata.name);
    const named = [...policy.matchAll(/^p, role:deployer, \w+, \S+, (\w+)\/\*/gm)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(projects).toEqual(expect.arrayContaining(named));
  });
});

describe('the values of Argo CD', () => {
  it('are all maps, which Helm merges', () => {
    const values = release('argocd').values.values.map((text) => parse(text) as unknown);
    expect(values).toHaveLength(4);
    for (const each of values) expect(each).toEqual(expect.any(Object));
  });

  it('assign groups to existing roles, and nothing else', () => {
    const [own, , , signIn] = release('argocd').values.values.map((text) => parse(text));
    const groups = signIn.configs.rbac['policy.groups.csv'] as string;
    expect(groups.split('\n')).toEqual([
      'g, 5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11, role:administrator',
      'g, a1d9c0de-3b52-4c8e-b1f7-6a0e5c9d2f40, role:deployer',
    ]);
    expect(own.configs.rbac['policy.default']).toBe('');
  });

  it('name the issuer of the tenant and the application of the sign-in', () => {
    const [, , , signIn] = release('argocd').values.values.map((text) => parse(text));
    const oidc = parse(signIn.configs.cm['oidc.config']) as { issuer: string; clientID: string };
    expect(oidc.issuer).toMatch(/^https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}\/v2\.0$/);
    expect(oidc.clientID).toBe(signIn.server.serviceAccount.annotations['azure.workload.identity/client-id']);
  });
});
