resource "azurerm_kubernetes_cluster_node_pool" "user" {
  # checkov:skip=CKV_AZURE_168:Pods a node are sized to the workload, and fewer reserve less memory: user_pools.max_pods
  # checkov:skip=CKV_AZURE_227:Encryption at the host is on unless user_pools.host_encryption says otherwise; checkov does not follow the variable
  for_each = var.user_pools

  name                    = each.key
  kubernetes_cluster_id   = azurerm_kubernetes_cluster.this.id
  mode                    = "User"
  vm_size                 = each.value.vm_size
  zones                   = var.zones
  auto_scaling_enabled    = true
  min_count               = each.value.min_count
  max_count               = each.value.max_count
  max_pods                = each.value.max_pods
  os_sku                  = each.value.os_sku
  os_disk_type            = each.value.os_disk_type
  os_disk_size_gb         = each.value.os_disk_size_gb
  host_encryption_enabled = each.value.host_encryption
  vnet_subnet_id          = var.network.node_subnet_id
  # Azure sets the label and the taint of a spot pool itself, and reports them. An update without the label removes it.
  node_labels     = each.value.spot ? merge(each.value.labels, { "kubernetes.azure.com/scalesetpriority" = "spot" }) : each.value.labels
  node_taints     = each.value.spot ? concat(each.value.taints, ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]) : each.value.taints
  priority        = each.value.spot ? "Spot" : "Regular"
  eviction_policy = each.value.spot ? "Delete" : null
  spot_max_price  = each.value.spot ? -1 : null
  tags            = var.tags

  # The version of the control plane: a pool that is added later must not be newer.
  orchestrator_version = azurerm_kubernetes_cluster.this.kubernetes_version

  temporary_name_for_rotation = "${each.key}tmp"

  # A spot pool has no surge, so no new node can replace a cordoned one:
  # https://learn.microsoft.com/azure/aks/spot-node-pool
  upgrade_settings {
    max_surge                     = each.value.spot ? null : var.upgrades.max_surge
    drain_timeout_in_minutes      = var.upgrades.drain_timeout_minutes
    undrainable_node_behavior     = each.value.spot ? null : var.upgrades.undrainable_nodes
    node_soak_duration_in_minutes = 0
  }

  lifecycle {
    # This cannot be conditional, and need not be: every pool is autoscaled and upgraded by the channel.
    ignore_changes = [node_count, orchestrator_version]
  }
}
