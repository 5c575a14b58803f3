/** Rules of this project that Terraform itself does not enforce, checked on the files. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bodies, type Configuration, readConfiguration, readHcl } from '../scripts/hcl.ts';
import type { SchemaFile } from '../scripts/schema.ts';
import { ENVIRONMENTS, valueFiles } from './environments.ts';
import { configurations, isRoot, project } from './workspace.ts';

const terraform = join(project, 'terraform');
const environments = join(terraform, 'environments');
const all = await Promise.all(
  (await configurations()).map(async (name) => ({
    name,
    configuration: await readConfiguration(join(terraform, name)),
  })),
);
const variables = all.flatMap(({ name, configuration }) =>
  Object.entries(bodies(configuration.variable)).map(([variable, body]) => ({ name: `${name}: ${variable}`, body })),
);
const resources = all.flatMap(({ name, configuration }) =>
  Object.entries(configuration.resource ?? {}).flatMap(([type, named]) =>
    Object.entries(bodies(named)).map(([resource, body]) => ({ name: `${name}: ${type}.${resource}`, type, body })),
  ),
);
const root = (name: string): Configuration => {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no root ${name}`);
  return found.configuration;
};

describe('every variable', () => {
  it.each(variables)('$name has a type and a description that is a sentence', ({ body }) => {
    expect(body.type ?? '').not.toBe('');
    expect(body.description ?? '').toMatch(/^[A-Z][\s\S]*\.\s*$/);
  });

  it.each(variables)('$name is named first by each of its messages', ({ name, body }) => {
    const variable = name.split(': ')[1] ?? '';
    for (const { error_message: message } of body.validation ?? [])
      expect(message).toMatch(new RegExp(`^${variable}\\b`));
  });

  it('is not a secret, which a plan or a state would contain', () => {
    expect(variables.filter(({ body }) => body.sensitive).map(({ name }) => name)).toEqual([]);
    const names = variables.map(({ name }) => name).filter((name) => /password|token|private|secret|ssh/.test(name));
    expect(names).toEqual([]);
  });
});

describe('every output', () => {
  it.each(
    all.flatMap(({ name, configuration }) =>
      Object.entries(bodies(configuration.output)).map(([output, body]) => ({ name: `${name}: ${output}`, body })),
    ),
  )('$name has a description', ({ body }) => {
    expect(body.description ?? '').toMatch(/^[A-Z][\s\S]*\.$/);
  });

  // hashicorp/terraform-provider-azurerm#13168
  it('is not a kubeconfig, a key or a password', () => {
    const text = JSON.stringify(all.map(({ configuration }) => configuration.output));
    expect(text).not.toMatch(/kube_(admin_)?config|password|shared_key|secret_value/);
  });
});

describe('versions', () => {
  it.each(all.filter(({ name }) => isRoot(name)))('$name pins each provider exactly', async ({ configuration }) => {
    const providers = Object.values(configuration.terraform?.[0]?.required_providers?.[0] ?? {});
    expect(providers.length).toBeGreaterThan(0);
    for (const { version } of providers) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each(all)('$name is pinned to the versions in its tests', async ({ configuration }) => {
    expect(configuration.terraform?.[0]?.required_version).toBe('>= 1.11.0, < 2.0.0');
    for (const { source, version } of Object.values(configuration.terraform?.[0]?.required_providers?.[0] ?? {})) {
      const file = join(terraform, 'schemas', `${source.split('/')[1]}.json`);
      const schema = JSON.parse(await readFile(file, 'utf8')) as SchemaFile;
      expect(schema.source).toBe(source);
      expect([schema.version, `>= ${schema.version}, < ${Number(schema.version.split('.')[0]) + 1}.0.0`]).toContain(
        version,
      );
    }
  });

  it('of modules are those of this repository', () => {
    const sources = all.flatMap(({ configuration }) => Object.values(bodies(configuration.module)));
    expect(sources.length).toBeGreaterThan(5);
    for (const { source } of sources) expect(source).toMatch(/^\.\.\/modules\/[a-z]+$/);
  });
});

describe('resources', () => {
  // hashicorp/terraform-provider-kubernetes#1775, #2597; aws-ia/terraform-aws-eks-blueprints#66
  it('need no cluster at plan time', () => {
    expect(resources.filter(({ type }) => /^(kubernetes|kubectl)_/.test(type))).toEqual([]);
    expect(JSON.stringify(all)).not.toContain('"hashicorp/kubernetes"');
  });

  it('run no commands', () => {
    expect(JSON.stringify(all)).not.toMatch(/"provisioner"|"null_resource"|"local-exec"/);
  });

  it('leave node counts and versions to the autoscaler and the upgrade channel', () => {
    const ignored = Object.fromEntries(
      resources
        .filter(({ type }) => type.startsWith('azurerm_kubernetes_cluster'))
        .map(({ type, body }) => [type, (body.lifecycle as { ignore_changes: string[] }[])[0]?.ignore_changes]),
    );
    expect(ignored.azurerm_kubernetes_cluster).toEqual(
      expect.arrayContaining([
        '${default_node_pool[0].node_count}',
        '${kubernetes_version}',
        '${default_node_pool[0].orchestrator_version}',
      ]),
    );
    expect(ignored.azurerm_kubernetes_cluster_node_pool).toEqual(['${node_count}', '${orchestrator_version}']);
  });

  it('never set a node count, which is the autoscaler’s', () => {
    expect(JSON.stringify(resources)).not.toContain('"node_count":');
  });

  it('assign roles in one file', async () => {
    const giving = resources.filter(({ type }) => type === 'azurerm_role_assignment').map(({ name }) => name);
    const { resource } = await readHcl<Configuration>(join(terraform, 'platform/access.tf'));
    expect(giving).toEqual(
      Object.keys(resource?.azurerm_role_assignment ?? {}).map((name) => `platform: azurerm_role_assignment.${name}`),
    );
  });
});

describe('findings of the scanner that are passed over', () => {
  it('have their reason next to the resource', async () => {
    const files = (
      await Promise.all(
        all.map(({ name }) =>
          readdir(join(terraform, name)).then((found) => found.map((file) => join(terraform, name, file))),
        ),
      )
    ).flat();
    const texts = await Promise.all(files.filter((file) => file.endsWith('.tf')).map((file) => readFile(file, 'utf8')));
    const passed = texts.flatMap((text) => text.match(/checkov:skip.*/g) ?? []);
    expect(passed.length).toBeGreaterThan(0);
    for (const each of passed) expect(each).toMatch(/^checkov:skip=CKV2?_[A-Z]+_\d+:[A-Z].{40,}$/);
  });
});

describe('every environment', () => {
  const names = Object.keys(ENVIRONMENTS);
  const files: { file: string; under: string[]; of: string; environment: string | undefined }[] = [
    ...names.flatMap((environment) =>
      (['platform', 'bootstrap'] as const).map((of) => {
        const all = valueFiles(environment, of);
        return { file: all.at(-1) ?? '', under: all.slice(0, -1), of, environment };
      }),
    ),
    { file: 'github.tfvars', under: [], of: 'github', environment: undefined },
  ];

  // A copy of this repository also has this file, from the outputs of its own platform: docs/deploy-to-azure.md, step
  // 5.
  const made = { file: 'github.platform.tfvars.json', of: 'github', sets: ['platform'] };

  it('has exactly its files', async () => {
    const backends = names.flatMap((name) => [`${name}.platform.tfbackend`, `${name}.bootstrap.tfbackend`]);
    expect((await readdir(environments)).filter((file) => file !== made.file).sort()).toEqual(
      [...files.map(({ file }) => file), ...backends, 'github.tfbackend'].sort(),
    );
  });

  it.each(files)('$file sets only variables that $of declares', async ({ file, of }) => {
    const set = Object.keys(await readHcl<Record<string, unknown>>(join(environments, file)));
    expect(Object.keys(root(of).variable ?? {})).toEqual(expect.arrayContaining(set));
  });

  it.each(files)('$file sets every variable of $of that has no default', async ({ file, under, of }) => {
    const read = [...under, file].map((each) => readHcl<Record<string, unknown>>(join(environments, each)));
    const set = [...(await Promise.all(read)).flatMap(Object.keys), ...(of === made.of ? made.sets : [])];
    const required = Object.entries(bodies(root(of).variable)).filter(([, body]) => !('default' in body));
    expect(set).toEqual(expect.arrayContaining(required.map(([name]) => name)));
  });

  it.each(files.filter(({ environment }) => environment))(
    '$file is of the environment in its name',
    async ({ file, environment }) => {
      expect((await readHcl<{ environment: string }>(join(environments, file))).environment).toBe(environment);
    },
  );

  it.each(files)('$file sets no variable to its default', async ({ file, of }) => {
    const set = await readHcl<Record<string, unknown>>(join(environments, file));
    for (const [name, value] of Object.entries(set))
      expect({ name, value }).not.toEqual({ name, value: bodies(root(of).variable)[name]?.default });
  });

  it('keeps each state in a separate place', async () => {
    const found = (await readdir(environments)).filter((name) => name.endsWith('.tfbackend'));
    const backends = await Promise.all(found.map((name) => readHcl<Record<string, unknown>>(join(environments, name))));
    const places = backends.map(
      ({ storage_account_name, container_name, key }) => `${storage_account_name}/${container_name}/${key}`,
    );
    expect(new Set(places).size).toBe(found.length);
    for (const backend of backends) {
      expect(backend.use_azuread_auth).toBe(true);
      expect(Object.keys(backend)).not.toContain('access_key');
    }
  });
});
