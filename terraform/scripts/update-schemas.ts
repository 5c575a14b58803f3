/**
 * Extracts the schemas of the resources that `terraform/` uses from the providers' published bindings and writes them
 * to `terraform/schemas`, one file per provider.
 *
 *   npm run update -- providers
 *
 * Needs the npm registry; unpacks about 280 MB into a temporary directory, which it deletes.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { azurermBehaviour } from './azurerm-behaviour.ts';
import { Binding, type NestedParts } from './bindings.ts';
import { formatSchema } from './format-schema.ts';
import type { Attribute, Behaviour, Block, Schema, SchemaFile } from './schema.ts';

interface Source {
  package: string;
  version: string;
  nestedParts: NestedParts;
  resources: readonly string[];
  dataSources?: readonly string[];
  /**
   * What the bindings do not contain, by resource or, with its prefix, data source; taken from the provider's
   * documentation.
   */
  known?: Readonly<Record<string, Known>>;
  /** How the provider handles changes, by resource; taken from its source. */
  behaviour?: Readonly<Record<string, Behaviour>>;
}

interface Known {
  /** Optional arguments that the provider or the cloud fills in if they are omitted; dotted inside nested blocks. */
  filledIn?: readonly string[];
  /** Write-only arguments: their values are not in plan and state. */
  writeOnly?: readonly string[];
}

const POOL = ['kubelet_disk_type', 'max_pods', 'node_count', 'orchestrator_version', 'os_disk_size_gb', 'os_sku'];

const sources: Readonly<Record<string, Source>> = {
  azurerm: {
    package: '@cdktn/provider-azurerm',
    version: '16.1.0',
    nestedParts: 'blocks',
    resources: [
      'container_registry',
      'federated_identity_credential',
      'kubernetes_cluster',
      'kubernetes_cluster_node_pool',
      'log_analytics_workspace',
      'monitor_action_group',
      'monitor_data_collection_rule',
      'monitor_data_collection_rule_association',
      'monitor_diagnostic_setting',
      'monitor_scheduled_query_rules_alert_v2',
      'nat_gateway',
      'nat_gateway_public_ip_association',
      'network_security_group',
      'network_security_rule',
      'public_ip',
      'resource_group',
      'role_assignment',
      'subnet',
      'subnet_nat_gateway_association',
      'subnet_network_security_group_association',
      'user_assigned_identity',
      'virtual_network',
    ],
    dataSources: ['client_config', 'kubernetes_cluster'],
    behaviour: azurermBehaviour,
    known: {
      kubernetes_cluster: {
        filledIn: [
          'kubernetes_version',
          'node_resource_group',
          'private_dns_zone_id',
          ...POOL.map((name) => `default_node_pool.${name}`),
        ],
      },
      kubernetes_cluster_node_pool: { filledIn: POOL },
      role_assignment: {
        filledIn: [
          'name',
          'principal_type',
          'role_definition_id',
          'role_definition_name',
          'skip_service_principal_aad_check',
        ],
      },
    },
  },
  azuread: {
    package: '@cdktf/provider-azuread',
    version: '14.3.1',
    nestedParts: 'blocks',
    resources: [
      'app_role_assignment',
      'application',
      'application_federated_identity_credential',
      'service_principal',
      'service_principal_delegated_permission_grant',
    ],
    dataSources: ['client_config', 'service_principal'],
    known: { data_azuread_service_principal: { filledIn: ['object_id'] } },
  },
  helm: {
    package: '@cdktf/provider-helm',
    version: '12.1.2',
    nestedParts: 'attributes',
    resources: ['release'],
    known: { release: { writeOnly: ['set_wo'] } },
  },
  github: {
    package: '@cdktf/provider-github',
    version: '15.3.1',
    nestedParts: 'blocks',
    resources: [
      'actions_environment_variable',
      'actions_variable',
      'repository_deploy_key',
      'repository_environment',
      'repository_environment_deployment_policy',
      'repository_ruleset',
      'workflow_repository_permissions',
    ],
    dataSources: ['repository', 'team', 'user'],
  },
};

const target = join(import.meta.dirname, '..', 'schemas');

async function unpack({ package: name, version }: Source, directory: string): Promise<string> {
  const { stdout } = await execa('npm', ['pack', '--silent', `${name}@${version}`], { cwd: directory });
  const unpacked = join(directory, name.replaceAll('/', '-'));
  await mkdir(unpacked, { recursive: true });
  await execa('tar', ['-xzf', join(directory, stdout.trim()), '-C', unpacked]);
  return join(unpacked, 'package');
}

/** @throws an error that names the part that cannot be read */
async function readBinding(directory: string, part: string, nestedParts: NestedParts): Promise<Binding> {
  const name = part.replaceAll('_', '-');
  try {
    const read = (file: string) => readFile(join(directory, 'lib', name, file), 'utf8');
    return new Binding(await read('index.js'), await read('index.d.ts'), nestedParts);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function addKnown(block: Block, { filledIn = [], writeOnly = [] }: Known): void {
  // Every resource of these providers has a readable id.
  for (const path of block.attributes.id ? ['id', ...filledIn] : filledIn)
    attributeAt(block, path.split('.')).computed = true;
  for (const path of writeOnly) {
    const attribute = attributeAt(block, path.split('.'));
    // Everything in a write-only value is write-only:
    // https://developer.hashicorp.com/terraform/plugin/framework/resources/write-only-arguments
    for (const each of [attribute, ...Object.values(attribute.nested_type?.attributes ?? {})]) each.write_only = true;
  }
}

/** @throws an error that names the path if the schema does not have it */
function checkPaths(
  block: Block,
  { replaced_by = [], replaced_when_unset = [], rotated, never = [] }: Behaviour,
): void {
  const conditions = never.flatMap(({ all }) => all);
  // `set` and `unset` can refer to a block.
  const attributes = conditions.filter(({ path, set }) => !(set && block.block_types?.[path])).map(({ path }) => path);
  const named = [
    ...replaced_by,
    ...replaced_when_unset,
    ...attributes,
    ...(rotated ? [...rotated.of, rotated.by] : []),
  ];
  for (const path of named) attributeAt(block, path.split('.'));
}

function attributeAt(block: Block, [name = '', ...rest]: readonly string[]): Attribute {
  const nested = block.block_types?.[name];
  if (nested !== undefined) return attributeAt(nested.block, rest);
  const attribute = block.attributes[name];
  if (attribute === undefined) throw new Error(`no attribute ${name}`);
  return attribute;
}

async function readProvider(provider: string, source: Source, directory: string): Promise<SchemaFile> {
  const unpacked = await unpack(source, directory);
  const manifest = JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8'));
  const { name, version } = manifest[manifest.cdktf ? 'cdktf' : 'cdktn'].provider as { name: string; version: string };
  const schemaOf = (block: Block, behaviour?: Behaviour): Schema => ({
    version: 0,
    block,
    ...(behaviour && { behaviour }),
  });
  const read = async (names: readonly string[], prefix: string): Promise<Record<string, Schema>> => {
    const schemas: Record<string, Schema> = {};
    for (const each of names) {
      const block = (await readBinding(unpacked, `${prefix}${each}`, source.nestedParts)).block();
      const behaviour = prefix === '' ? source.behaviour?.[each] : undefined;
      addKnown(block, source.known?.[`${prefix}${each}`] ?? {});
      checkPaths(block, behaviour ?? {});
      schemas[`${provider}_${each}`] = schemaOf(block, behaviour);
    }
    return schemas;
  };
  return {
    source: name.split('/').slice(1).join('/'),
    version,
    taken_from: `${source.package} ${source.version}`,
    schema: {
      provider: schemaOf((await readBinding(unpacked, 'provider', source.nestedParts)).block()),
      resource_schemas: await read(source.resources, ''),
      data_source_schemas: await read(source.dataSources ?? [], `data_${provider}_`),
    },
  };
}

const directory = await mkdtemp(join(tmpdir(), 'bindings-'));
try {
  await mkdir(target, { recursive: true });
  for (const [provider, source] of Object.entries(sources)) {
    const file = join(target, `${provider}.json`);
    await writeFile(file, formatSchema(await readProvider(provider, source, directory)));
    console.log(`wrote ${file}`);
  }
} finally {
  await rm(directory, { recursive: true });
}
