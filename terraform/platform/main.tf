data "azurerm_client_config" "current" {}

module "naming" {
  source = "../modules/naming"

  workload    = var.workload
  environment = var.environment
  unique_to   = data.azurerm_client_config.current.subscription_id
  tags        = var.tags
}

locals {
  names = module.naming.names
  tags  = module.naming.tags
}

resource "azurerm_resource_group" "this" {
  name     = local.names.resource_group
  location = var.location
  tags     = local.tags
}

module "network" {
  source = "../modules/network"

  resource_group_name         = azurerm_resource_group.this.name
  location                    = azurerm_resource_group.this.location
  names                       = local.names
  tags                        = local.tags
  address_space               = var.network.address_space
  node_subnet                 = var.network.node_subnet
  ingress_ports               = var.network.ingress_ports
  egress_idle_timeout_minutes = var.network.egress_idle_timeout_minutes
  zone_redundant              = length(var.zones) > 0
}

module "identity" {
  source = "../modules/identity"

  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  name                = local.names.identity
  tags                = local.tags
  github              = var.github
}

module "registry" {
  source   = "../modules/registry"
  for_each = var.registries == null ? {} : { staging = local.names.registry_staging, production = local.names.registry_production }

  resource_group_name     = azurerm_resource_group.this.name
  location                = azurerm_resource_group.this.location
  name                    = each.value
  tags                    = merge(local.tags, { images = each.key })
  sku                     = var.registries[each.key].sku
  zone_redundant          = var.registries[each.key].zone_redundant
  replica_locations       = var.registries[each.key].replica_locations
  untagged_retention_days = var.registries[each.key].untagged_retention_days
}

module "aks" {
  source = "../modules/aks"

  resource_group_name        = azurerm_resource_group.this.name
  location                   = azurerm_resource_group.this.location
  name                       = local.names.cluster
  node_resource_group_name   = local.names.node_resource_group
  tags                       = local.tags
  zones                      = var.zones
  kubernetes_version         = var.kubernetes_version
  sku_tier                   = var.sku_tier
  upgrades                   = var.upgrades
  system_pool                = var.system_pool
  user_pools                 = var.user_pools
  autoscaler                 = var.autoscaler
  api_server                 = var.api_server
  egress_ip                  = module.network.egress_ip
  azure_policy               = var.azure_policy
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  identities                 = { cluster = module.identity.cluster, kubelet = module.identity.kubelet }
  log_analytics_workspace_id = module.monitoring.workspace_id
  network = {
    node_subnet_id = module.network.node_subnet_id
    node_subnet    = var.network.node_subnet
    address_space  = var.network.address_space
    pod_cidr       = var.network.pod_cidr
    service_cidr   = var.network.service_cidr
  }

  # Without its roles the control plane cannot create the first node.
  depends_on = [azurerm_role_assignment.before_cluster]
}

module "monitoring" {
  source = "../modules/monitoring"

  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  names               = local.names
  tags                = local.tags
  retention_days      = var.monitoring.retention_days
  daily_quota_gb      = var.monitoring.daily_quota_gb
  alert_emails        = var.monitoring.alert_emails
  pending_minutes     = var.monitoring.pending_minutes
  cluster             = { id = module.aks.id, name = local.names.cluster }
  registry_ids        = { for name, registry in module.registry : name => registry.id }
}
