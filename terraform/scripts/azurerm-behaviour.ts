/**
 * How azurerm handles changes of the arguments that are used here. This is taken from its source, because neither its
 * bindings nor `terraform providers schema` contain it: `ForceNew` and `CustomizeDiff` in
 * https://github.com/hashicorp/terraform-provider-azurerm/tree/main/internal/services, the files `…_resource.go` of
 * each resource.
 */
import type { Behaviour } from './schema.ts';

const PLACE = ['name', 'resource_group_name', 'location'];

/**
 * The arguments of a pool whose change needs a temporary second pool: `cycleNodePoolProperties` in
 * kubernetes_cluster_resource.go.
 */
const ROTATED = [
  'host_encryption_enabled',
  'max_pods',
  'os_disk_size_gb',
  'os_disk_type',
  'vm_size',
  'vnet_subnet_id',
  'zones',
];
const rotation = (prefix = '', more: readonly string[] = []): NonNullable<Behaviour['rotated']> => ({
  of: [...ROTATED, ...more].map((name) => `${prefix}${name}`),
  by: `${prefix}temporary_name_for_rotation`,
});

/**
 * Arguments that Azure's API cannot unset once a pool has them: `ForceNewIfChange` in both resources.
 * https://github.com/Azure/azure-rest-api-specs/issues/27373, hashicorp/terraform-provider-azurerm#26568, #29318;
 * Azure/terraform-azurerm-aks#719
 */
const KEPT = ['upgrade_settings.drain_timeout_in_minutes', 'upgrade_settings.undrainable_node_behavior'];

const PREMIUM = { path: 'sku', not: 'Premium' };

/** By resource, without the provider's prefix. */
export const azurermBehaviour: Readonly<Record<string, Behaviour>> = {
  container_registry: {
    replaced_by: [...PLACE, 'zone_redundancy_enabled'],
    never: [
      {
        all: [PREMIUM, { path: 'georeplications', set: true }],
        says: 'an ACR geo-replication can only be applied when using the Premium Sku',
      },
      {
        all: [PREMIUM, { path: 'zone_redundancy_enabled', is: 'true' }],
        says: 'ACR zone redundancy can only be applied when using the Premium Sku',
      },
      {
        all: [PREMIUM, { path: 'retention_policy_in_days', set: true }],
        says: 'an ACR retention policy can only be applied when using the Premium Sku',
      },
    ],
  },
  federated_identity_credential: { replaced_by: ['name', 'user_assigned_identity_id'] },
  kubernetes_cluster: {
    replaced_by: [
      ...PLACE,
      'default_node_pool.name',
      'dns_prefix',
      'kubelet_identity.client_id',
      'kubelet_identity.object_id',
      'kubelet_identity.user_assigned_identity_id',
      'network_profile.dns_service_ip',
      'network_profile.load_balancer_sku',
      'network_profile.network_data_plane',
      'network_profile.network_plugin',
      'network_profile.network_policy',
      'network_profile.pod_cidr',
      'network_profile.service_cidr',
      'node_resource_group',
      'private_cluster_enabled',
    ],
    replaced_when_unset: ['api_server_access_profile.subnet_id', ...KEPT.map((name) => `default_node_pool.${name}`)],
    rotated: rotation('default_node_pool.', ['only_critical_addons_enabled']),
  },
  kubernetes_cluster_node_pool: {
    replaced_by: ['name', 'kubernetes_cluster_id', 'eviction_policy', 'priority', 'spot_max_price'],
    replaced_when_unset: KEPT,
    rotated: rotation(),
    never: [
      {
        all: [
          { path: 'priority', is: 'Spot' },
          { path: 'upgrade_settings.max_surge', set: true },
        ],
        says: '`max_surge` cannot be set when `priority` is set to `Spot`',
      },
      {
        all: [
          { path: 'priority', not: 'Spot' },
          { path: 'upgrade_settings', set: true },
          { path: 'upgrade_settings.max_surge', unset: true },
          { path: 'upgrade_settings.max_unavailable', unset: true },
        ],
        says: 'either `max_surge` or `max_unavailable` must be specified in `upgrade_settings` when `priority` is not `Spot`',
      },
    ],
  },
  log_analytics_workspace: { replaced_by: PLACE },
  monitor_action_group: { replaced_by: ['name', 'resource_group_name'] },
  monitor_data_collection_rule: { replaced_by: PLACE },
  monitor_data_collection_rule_association: { replaced_by: ['name', 'target_resource_id'] },
  monitor_diagnostic_setting: { replaced_by: ['name', 'target_resource_id'] },
  monitor_scheduled_query_rules_alert_v2: { replaced_by: [...PLACE, 'scopes'] },
  nat_gateway: {
    replaced_by: [...PLACE, 'sku_name', 'zones'],
    never: [
      {
        all: [
          { path: 'sku_name', is: 'StandardV2' },
          { path: 'zones', set: true },
        ],
        says: 'azurerm_nat_gateway resources with `sku_name` set to `StandardV2` are zone-redundant by default. The `zones` argument must be omitted',
      },
    ],
  },
  nat_gateway_public_ip_association: { replaced_by: ['nat_gateway_id', 'public_ip_address_id'] },
  network_security_group: { replaced_by: PLACE },
  network_security_rule: { replaced_by: ['name', 'resource_group_name', 'network_security_group_name'] },
  public_ip: {
    replaced_by: [...PLACE, 'zones'],
    never: [
      {
        all: [
          { path: 'allocation_method', not: 'Static' },
          { path: 'sku', not: 'Basic' },
        ],
        says: '`allocation_method` must be set to `Static` when `sku` is set to `Standard` or `StandardV2`',
      },
    ],
  },
  resource_group: { replaced_by: ['name', 'location'] },
  role_assignment: {
    replaced_by: ['name', 'scope', 'role_definition_id', 'role_definition_name', 'principal_id', 'principal_type'],
  },
  subnet: { replaced_by: ['name', 'resource_group_name', 'virtual_network_name'] },
  subnet_nat_gateway_association: { replaced_by: ['subnet_id', 'nat_gateway_id'] },
  subnet_network_security_group_association: { replaced_by: ['subnet_id', 'network_security_group_id'] },
  user_assigned_identity: { replaced_by: PLACE },
  virtual_network: { replaced_by: PLACE },
};
