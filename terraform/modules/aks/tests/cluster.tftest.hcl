mock_provider "azurerm" {
  mock_resource "azurerm_kubernetes_cluster" {
    override_during = plan
    defaults = {
      current_kubernetes_version = "1.34.2"
    }
  }
}

variables {
  resource_group_name        = "rg-shop-test"
  location                   = "westeurope"
  name                       = "aks-shop-test"
  node_resource_group_name   = "rg-shop-test-nodes"
  tags                       = { workload = "shop" }
  zones                      = ["1", "2", "3"]
  kubernetes_version         = "1.34"
  tenant_id                  = "96eb6052-7321-438f-b739-72167f75534c"
  log_analytics_workspace_id = "/stub/workspace"
  api_server                 = { authorized_ip_ranges = ["203.0.113.0/24"] }
  egress_ip                  = "198.51.100.7"
  network = {
    node_subnet_id = "/stub/subnet"
    node_subnet    = "10.40.0.0/22"
    address_space  = "10.40.0.0/16"
  }
  identities = {
    cluster = { id = "/stub/cluster", principal_id = "11111111-1111-1111-1111-111111111111" }
    kubelet = { id = "/stub/kubelet", principal_id = "22222222-2222-2222-2222-222222222222", client_id = "33333333-3333-3333-3333-333333333333" }
  }
}

run "pools_are_spread_over_three_zones_from_the_first_apply" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].zones == toset(["1", "2", "3"]) && azurerm_kubernetes_cluster_node_pool.user["apps"].zones == toset(["1", "2", "3"])
    error_message = "a pool is not in all zones"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].min_count == 3 && azurerm_kubernetes_cluster_node_pool.user["apps"].min_count == 3
    error_message = "a zone could be without a node"
  }
}

run "applications_have_their_own_nodes" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].only_critical_addons_enabled == true && azurerm_kubernetes_cluster_node_pool.user["apps"].mode == "User"
    error_message = "applications run on the nodes of the cluster's own pods"
  }
}

# hashicorp/terraform-provider-azurerm#2502, #14522, #33143; Azure/terraform-azurerm-aks#91, #113
run "node_counts_are_the_autoscalers" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].auto_scaling_enabled && alltrue([for pool in azurerm_kubernetes_cluster_node_pool.user : pool.auto_scaling_enabled && pool.min_count < pool.max_count])
    error_message = "a pool is not autoscaled"
  }
}

run "the_autoscaler_is_quick_to_add_and_slow_to_remove" {
  command = plan

  assert {
    condition = (
      azurerm_kubernetes_cluster.this.auto_scaler_profile[0].scan_interval == "10s" &&
      azurerm_kubernetes_cluster.this.auto_scaler_profile[0].scale_down_unneeded == "10m" &&
      azurerm_kubernetes_cluster.this.auto_scaler_profile[0].skip_nodes_with_local_storage == false &&
      azurerm_kubernetes_cluster.this.auto_scaler_profile[0].balance_similar_node_groups == true
    )
    error_message = "the autoscaler's profile is not the tuned one"
  }
}

# Azure/terraform-azurerm-aks#280, #335; hashicorp/terraform-provider-azurerm#26946
run "upgrades_are_automatic_in_their_windows" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.automatic_upgrade_channel == "patch" && azurerm_kubernetes_cluster.this.node_os_upgrade_channel == "NodeImage"
    error_message = "upgrades are not automatic"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.maintenance_window_auto_upgrade[0].day_of_week == "Tuesday" && azurerm_kubernetes_cluster.this.maintenance_window_node_os[0].day_of_week == "Wednesday"
    error_message = "upgrades can start at any time"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].upgrade_settings[0].max_surge == "33%" && azurerm_kubernetes_cluster_node_pool.user["apps"].upgrade_settings[0].max_surge == "33%"
    error_message = "an upgrade reduces capacity"
  }
}

# Azure/terraform-azurerm-aks#301, #465
run "a_pool_is_never_newer_than_the_control_plane" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.user["apps"].orchestrator_version == azurerm_kubernetes_cluster.this.kubernetes_version && azurerm_kubernetes_cluster.this.default_node_pool[0].orchestrator_version == "1.34"
    error_message = "a pool's version is not the control plane's"
  }
}

# hashicorp/terraform-provider-azurerm#7093, #7231, #21762, #22265. terraform/test/plan.real.test.ts plans another VM
# size.
run "every_pool_has_a_name_for_its_rotation" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].temporary_name_for_rotation == "systemtmp" && azurerm_kubernetes_cluster_node_pool.user["apps"].temporary_name_for_rotation == "appstmp"
    error_message = "another VM size would be rejected"
  }
}

# hashicorp/terraform-provider-azurerm#13168, #13248; Azure/kubelogin#114
run "users_sign_in_with_entra_only" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.local_account_disabled == true && azurerm_kubernetes_cluster.this.azure_active_directory_role_based_access_control[0].azure_rbac_enabled == true
    error_message = "access without Entra is possible"
  }
}

run "workloads_have_identities" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.oidc_issuer_enabled == true && azurerm_kubernetes_cluster.this.workload_identity_enabled == true
    error_message = "workloads need passwords"
  }
}

run "nodes_pull_with_the_identity_that_has_the_role" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.kubelet_identity[0].object_id == "22222222-2222-2222-2222-222222222222" && azurerm_kubernetes_cluster.this.identity[0].identity_ids == toset(["/stub/cluster"])
    error_message = "the identities are not the given ones"
  }
}

run "the_network_is_overlay_with_cilium_and_one_egress" {
  command = plan

  assert {
    condition = (
      azurerm_kubernetes_cluster.this.network_profile[0].network_plugin_mode == "overlay" &&
      azurerm_kubernetes_cluster.this.network_profile[0].network_data_plane == "cilium" &&
      azurerm_kubernetes_cluster.this.network_profile[0].network_policy == "cilium" &&
      azurerm_kubernetes_cluster.this.network_profile[0].outbound_type == "userAssignedNATGateway"
    )
    error_message = "the network is not the intended one"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].dns_service_ip == "10.245.0.10"
    error_message = "the DNS service is not among the services' addresses"
  }
}

run "the_tier_has_an_uptime_guarantee_and_old_images_are_removed" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.sku_tier == "Standard" && azurerm_kubernetes_cluster.this.cost_analysis_enabled == true && azurerm_kubernetes_cluster.this.image_cleaner_enabled == true
    error_message = "the tier or the image cleaner is not the intended one"
  }
}

# MicrosoftDocs/azure-docs#97437, #111834
run "the_api_is_open_to_the_named_addresses_and_the_nodes" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.api_server_access_profile[0].authorized_ip_ranges == toset(["203.0.113.0/24", "198.51.100.7/32"]) && azurerm_kubernetes_cluster.this.private_cluster_enabled == false
    error_message = "others can reach the API, or the nodes cannot"
  }
}

run "the_api_can_be_private" {
  command = plan

  variables {
    api_server = { private = true }
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.private_cluster_enabled == true && length(azurerm_kubernetes_cluster.this.api_server_access_profile) == 0 && azurerm_kubernetes_cluster.this.private_cluster_public_fqdn_enabled == false
    error_message = "the API is not private"
  }
}

run "run_command_is_disabled" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.run_command_enabled == false
    error_message = "az aks command invoke bypasses the network's rules"
  }
}

run "a_region_without_zones_gets_none" {
  command = plan

  variables {
    zones       = []
    system_pool = { min_count = 1, max_count = 2 }
    user_pools  = { apps = { min_count = 1, max_count = 2 } }
  }

  assert {
    condition     = length(azurerm_kubernetes_cluster.this.default_node_pool[0].zones) == 0 && length(azurerm_kubernetes_cluster_node_pool.user["apps"].zones) == 0
    error_message = "zones are requested"
  }
}

run "pools_are_added_and_removed_independently" {
  command = plan

  variables {
    user_pools = {
      apps  = {}
      batch = { min_count = 0, max_count = 3, vm_size = "Standard_D8ds_v5", spot = true, labels = { purpose = "batch" }, taints = ["purpose=batch:NoSchedule"] }
    }
  }

  assert {
    condition     = keys(azurerm_kubernetes_cluster_node_pool.user) == ["apps", "batch"]
    error_message = "pools are not distinguished by their names"
  }

  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.user["batch"].priority == "Spot" && azurerm_kubernetes_cluster_node_pool.user["batch"].upgrade_settings[0].max_surge == null && azurerm_kubernetes_cluster_node_pool.user["apps"].priority == "Regular"
    error_message = "a spot pool is not what Azure expects"
  }

  # hashicorp/terraform-provider-azurerm#25615, Azure/AKS#3152: a pool that is updated without the label loses it.
  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.user["batch"].node_labels == tomap({ purpose = "batch", "kubernetes.azure.com/scalesetpriority" = "spot" }) && length(azurerm_kubernetes_cluster_node_pool.user["apps"].node_labels) == 0
    error_message = "Azure's own label would be a difference in every plan"
  }

  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.user["batch"].node_taints == tolist(["purpose=batch:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"])
    error_message = "Azure's own taint would be a difference in every plan"
  }
}

# hashicorp/terraform-provider-azurerm#26568, #29318
run "every_pool_has_the_drain_timeout" {
  command = plan

  variables {
    upgrades   = { drain_timeout_minutes = 90 }
    user_pools = { apps = {}, batch = { min_count = 0, spot = true } }
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].upgrade_settings[0].drain_timeout_in_minutes == 90 && alltrue([for pool in azurerm_kubernetes_cluster_node_pool.user : pool.upgrade_settings[0].drain_timeout_in_minutes == 90])
    error_message = "a pool has another drain timeout"
  }
}

# Azure/terraform-azurerm-aks#719. terraform/test/plan.real.test.ts plans without it.
run "undrainable_nodes_are_configured_by_the_variable" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].upgrade_settings[0].undrainable_node_behavior == "Cordon" && azurerm_kubernetes_cluster_node_pool.user["apps"].upgrade_settings[0].undrainable_node_behavior == "Cordon"
    error_message = "a pool omits what somebody can set by hand, and azurerm would then replace it"
  }
}

run "premium_has_long_term_support" {
  command = plan

  variables {
    sku_tier = "Premium"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.support_plan == "AKSLongTermSupport"
    error_message = "Premium is used without long-term support"
  }
}

run "other_tiers_have_the_communitys_support" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.support_plan == "KubernetesOfficial"
    error_message = "Azure rejects long-term support in Standard"
  }
}

run "the_free_tier_has_no_cost_analysis" {
  command = plan

  variables {
    sku_tier = "Free"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.cost_analysis_enabled == false
    error_message = "Azure rejects cost analysis in the Free tier"
  }
}

run "upgrades_can_be_disabled" {
  command = plan

  variables {
    upgrades = { kubernetes = "none" }
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.automatic_upgrade_channel == null
    error_message = "none is not a channel that Azure accepts"
  }
}

run "a_version_that_is_not_recorded_is_reported" {
  command = plan

  variables {
    kubernetes_version = "1.33"
  }

  expect_failures = [check.kubernetes_version_is_recorded]
}
