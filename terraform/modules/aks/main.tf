locals {
  pools = merge({ system = var.system_pool }, var.user_pools)

  # During an upgrade a pool has more nodes than its maximum:
  # https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling
  surge = {
    for name, pool in local.pools : name => (
      endswith(var.upgrades.max_surge, "%")
      ? ceil(pool.max_count * tonumber(trimsuffix(var.upgrades.max_surge, "%")) / 100)
      : tonumber(var.upgrades.max_surge)
    )
  }
  max_nodes = sum([for name, pool in local.pools : pool.max_count + local.surge[name]])

  # Azure reserves five addresses of every subnet:
  # https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
  node_addresses = pow(2, 32 - tonumber(split("/", var.network.node_subnet)[1])) - 5
  # Each node uses a /24 of the pods' addresses:
  # https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
  pod_ranges = pow(2, 24 - tonumber(split("/", var.network.pod_cidr)[1]))
}

resource "azurerm_kubernetes_cluster" "this" {
  # checkov:skip=CKV_AZURE_117:Node disks are ephemeral and encrypted by the host; customer-managed keys are for persistent disks
  # checkov:skip=CKV_AZURE_172:The cluster mounts no secrets from a vault; workloads use their own identity
  # checkov:skip=CKV_AZURE_168:Pods a node are sized to the workload, and fewer reserve less memory: system_pool.max_pods
  # checkov:skip=CKV_AZURE_227:Encryption at the host is on unless system_pool.host_encryption says otherwise; checkov does not follow the variable
  name                = var.name
  location            = var.location
  resource_group_name = var.resource_group_name
  node_resource_group = var.node_resource_group_name
  dns_prefix          = var.name
  sku_tier            = var.sku_tier
  # Premium only allows long-term support; this enables it: https://learn.microsoft.com/azure/aks/long-term-support
  support_plan = var.sku_tier == "Premium" ? "AKSLongTermSupport" : "KubernetesOfficial"
  tags         = var.tags

  kubernetes_version        = var.kubernetes_version
  automatic_upgrade_channel = var.upgrades.kubernetes == "none" ? null : var.upgrades.kubernetes
  node_os_upgrade_channel   = var.upgrades.node_image

  # Everyone signs in with Entra and has the permissions of Azure roles, so that access is reviewed and revoked in one
  # place.
  local_account_disabled = true
  azure_active_directory_role_based_access_control {
    tenant_id          = var.tenant_id
    azure_rbac_enabled = true
  }

  oidc_issuer_enabled       = true
  workload_identity_enabled = true

  azure_policy_enabled         = var.azure_policy
  cost_analysis_enabled        = var.sku_tier != "Free"
  image_cleaner_enabled        = true
  image_cleaner_interval_hours = 48
  run_command_enabled          = var.api_server.run_command

  private_cluster_enabled             = var.api_server.private
  private_cluster_public_fqdn_enabled = false

  dynamic "api_server_access_profile" {
    for_each = var.api_server.private ? [] : [var.api_server.authorized_ip_ranges]

    content {
      # Nodes reach the API from the NAT gateway's address. AKS automatically allows only the address of its own load
      # balancer: https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
      authorized_ip_ranges = setunion(api_server_access_profile.value, ["${var.egress_ip}/32"])
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [var.identities.cluster.id]
  }

  kubelet_identity {
    user_assigned_identity_id = var.identities.kubelet.id
    object_id                 = var.identities.kubelet.principal_id
    client_id                 = var.identities.kubelet.client_id
  }

  default_node_pool {
    name                         = "system"
    vm_size                      = var.system_pool.vm_size
    zones                        = var.zones
    auto_scaling_enabled         = true
    min_count                    = var.system_pool.min_count
    max_count                    = var.system_pool.max_count
    max_pods                     = var.system_pool.max_pods
    only_critical_addons_enabled = true
    orchestrator_version         = var.kubernetes_version
    os_sku                       = var.system_pool.os_sku
    os_disk_type                 = var.system_pool.os_disk_type
    os_disk_size_gb              = var.system_pool.os_disk_size_gb
    host_encryption_enabled      = var.system_pool.host_encryption
    vnet_subnet_id               = var.network.node_subnet_id
    tags                         = var.tags

    # For another VM size the provider creates a temporary pool of this name; without a name it rejects the change.
    temporary_name_for_rotation = "systemtmp"

    upgrade_settings {
      max_surge                     = var.upgrades.max_surge
      drain_timeout_in_minutes      = var.upgrades.drain_timeout_minutes
      undrainable_node_behavior     = var.upgrades.undrainable_nodes
      node_soak_duration_in_minutes = 0
    }
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = "userAssignedNATGateway"
    pod_cidr            = var.network.pod_cidr
    service_cidr        = var.network.service_cidr
    dns_service_ip      = cidrhost(var.network.service_cidr, 10)
  }

  auto_scaler_profile {
    expander                         = var.autoscaler.expander
    balance_similar_node_groups      = true
    scan_interval                    = "${var.autoscaler.scan_seconds}s"
    new_pod_scale_up_delay           = "${var.autoscaler.new_pod_scale_up_delay_seconds}s"
    scale_down_unneeded              = "${var.autoscaler.unneeded_minutes}m"
    scale_down_delay_after_add       = "${var.autoscaler.delay_after_add_minutes}m"
    scale_down_utilization_threshold = tostring(var.autoscaler.utilization_threshold)
    max_graceful_termination_sec     = tostring(var.autoscaler.max_graceful_termination_seconds)
    # A pod with an emptyDir, such as the shop's /tmp, must not keep an idle node alive.
    skip_nodes_with_local_storage = false
    skip_nodes_with_system_pods   = true
  }

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = var.upgrades.kubernetes_window.day
    start_time  = var.upgrades.kubernetes_window.start
    duration    = var.upgrades.kubernetes_window.hours
    utc_offset  = var.upgrades.kubernetes_window.utc_offset
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = var.upgrades.node_window.day
    start_time  = var.upgrades.node_window.start
    duration    = var.upgrades.node_window.hours
    utc_offset  = var.upgrades.node_window.utc_offset
  }

  oms_agent {
    log_analytics_workspace_id      = var.log_analytics_workspace_id
    msi_auth_for_monitoring_enabled = true
  }

  lifecycle {
    ignore_changes = [
      # Owned by the autoscaler.
      default_node_pool[0].node_count,
      # Owned by the upgrade channel, which changes 1.37 to 1.37.2; Terraform would revert that.
      kubernetes_version,
      default_node_pool[0].orchestrator_version,
      # Set by Azure when the window is used for the first time.
      maintenance_window_auto_upgrade[0].start_date,
      maintenance_window_node_os[0].start_date,
    ]

    precondition {
      condition     = alltrue([for pool in local.pools : pool.min_count == 0 || pool.min_count >= length(var.zones)])
      error_message = "zones: min_count of a pool is less than the number of zones (${length(var.zones)}), so a zone could have no node; raise it to ${length(var.zones)}."
    }

    precondition {
      condition     = local.node_addresses >= local.max_nodes
      error_message = "network.node_subnet: ${var.network.node_subnet} has ${local.node_addresses} addresses, and with every pool at max_count and upgrading there are ${local.max_nodes} nodes; choose a larger subnet or smaller pools."
    }

    precondition {
      condition     = local.pod_ranges >= local.max_nodes
      error_message = "network.pod_cidr: ${var.network.pod_cidr} has a /24 for ${local.pod_ranges} nodes, and with every pool at max_count and upgrading there are ${local.max_nodes}; choose a larger range or smaller pools."
    }

    precondition {
      condition     = var.sku_tier != "Premium" || var.upgrades.kubernetes != "stable"
      error_message = "upgrades.kubernetes: stable upgrades away from the minor version that Premium's long-term support is for; use patch or none, or sku_tier = \"Standard\"."
    }

    precondition {
      condition     = var.upgrades.node_image != "SecurityPatch" || var.sku_tier != "Free"
      error_message = "upgrades.node_image: SecurityPatch is unreliable with the Free tier; use NodeImage, or sku_tier = \"Standard\"."
    }
  }
}

# Warns if the cluster was upgraded to another minor version but the variable was not, because a new cluster would get
# an older version.
check "kubernetes_version_is_recorded" {
  assert {
    condition     = var.upgrades.kubernetes == "stable" || startswith(coalesce(azurerm_kubernetes_cluster.this.current_kubernetes_version, var.kubernetes_version), "${var.kubernetes_version}.")
    error_message = "kubernetes_version: the cluster runs ${coalesce(azurerm_kubernetes_cluster.this.current_kubernetes_version, "?")}, not ${var.kubernetes_version}; set the variable to the running version, or finish the upgrade."
  }
}
