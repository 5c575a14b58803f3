resource "azurerm_log_analytics_workspace" "this" {
  name                         = var.names.workspace
  resource_group_name          = var.resource_group_name
  location                     = var.location
  sku                          = "PerGB2018"
  retention_in_days            = var.retention_days
  daily_quota_gb               = var.daily_quota_gb
  local_authentication_enabled = false
  tags                         = var.tags
}

# The agent signs in with its own identity, and this rule defines what it collects:
# https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-enable
resource "azurerm_monitor_data_collection_rule" "containers" {
  name                = var.names.collection_rule
  resource_group_name = var.resource_group_name
  location            = var.location
  kind                = "Linux"
  tags                = var.tags

  destinations {
    log_analytics {
      name                  = "workspace"
      workspace_resource_id = azurerm_log_analytics_workspace.this.id
    }
  }

  data_flow {
    streams      = local.streams
    destinations = ["workspace"]
  }

  data_sources {
    extension {
      name           = "ContainerInsights"
      extension_name = "ContainerInsights"
      streams        = local.streams
      extension_json = jsonencode({
        dataCollectionSettings = {
          interval               = "1m"
          namespaceFilteringMode = "Off"
          enableContainerLogV2   = true
        }
      })
    }
  }
}

locals {
  streams = [
    "Microsoft-ContainerLogV2",
    "Microsoft-KubeEvents",
    "Microsoft-KubePodInventory",
    "Microsoft-KubeNodeInventory",
  ]
}

resource "azurerm_monitor_data_collection_rule_association" "containers" {
  # The agent looks for this name.
  name                    = "ContainerInsightsExtension"
  target_resource_id      = var.cluster.id
  data_collection_rule_id = azurerm_monitor_data_collection_rule.containers.id
}

# Who changed what, who was granted access, and why nodes were added or not.
resource "azurerm_monitor_diagnostic_setting" "cluster" {
  name                           = "to-workspace"
  target_resource_id             = var.cluster.id
  log_analytics_workspace_id     = azurerm_log_analytics_workspace.this.id
  log_analytics_destination_type = "Dedicated"

  dynamic "enabled_log" {
    for_each = ["kube-audit-admin", "guard", "cluster-autoscaler"]

    content {
      category = enabled_log.value
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "registry" {
  for_each = var.registry_ids

  name                       = "to-workspace"
  target_resource_id         = each.value
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  dynamic "enabled_log" {
    for_each = ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"]

    content {
      category = enabled_log.value
    }
  }
}
