# Inputs that the module rejects. Azure would report these mistakes late, or never.
mock_provider "azurerm" {}

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

run "a_zone_that_does_not_exist_is_refused" {
  command = plan

  variables {
    zones = ["1", "2", "4"]
  }

  expect_failures = [var.zones]
}

run "two_zones_is_refused" {
  command = plan

  variables {
    zones = ["1", "2"]
  }

  expect_failures = [var.zones]
}

run "a_patch_version_is_refused" {
  command = plan

  variables {
    kubernetes_version = "1.34.2"
  }

  expect_failures = [var.kubernetes_version]
}

run "an_unknown_tier_is_refused" {
  command = plan

  variables {
    sku_tier = "Paid"
  }

  expect_failures = [var.sku_tier]
}

run "the_rapid_channel_is_refused" {
  command = plan

  variables {
    upgrades = { kubernetes = "rapid" }
  }

  expect_failures = [var.upgrades]
}

run "an_unknown_node_image_channel_is_refused" {
  command = plan

  variables {
    upgrades = { node_image = "Weekly" }
  }

  expect_failures = [var.upgrades]
}

run "an_upgrade_without_surge_is_refused" {
  command = plan

  variables {
    upgrades = { max_surge = "0" }
  }

  expect_failures = [var.upgrades]
}

run "a_drain_of_a_minute_is_refused" {
  command = plan

  variables {
    upgrades = { drain_timeout_minutes = 1 }
  }

  expect_failures = [var.upgrades]
}

run "an_invalid_node_behaviour_is_refused" {
  command = plan

  variables {
    upgrades = { undrainable_nodes = "Delete" }
  }

  expect_failures = [var.upgrades]
}

run "long_term_support_with_changing_versions_is_refused" {
  command = plan

  variables {
    sku_tier = "Premium"
    upgrades = { kubernetes = "stable" }
  }

  expect_failures = [azurerm_kubernetes_cluster.this]
}

run "an_invalid_day_is_refused" {
  command = plan

  variables {
    upgrades = { node_window = { day = "Weekend" } }
  }

  expect_failures = [var.upgrades]
}

run "an_invalid_time_is_refused" {
  command = plan

  variables {
    upgrades = { node_window = { start = "25:00" } }
  }

  expect_failures = [var.upgrades]
}

run "a_window_that_is_too_short_is_refused" {
  command = plan

  variables {
    upgrades = { node_window = { hours = 2 } }
  }

  expect_failures = [var.upgrades]
}

run "both_windows_on_one_day_is_refused" {
  command = plan

  variables {
    upgrades = { node_window = { day = "Tuesday" } }
  }

  expect_failures = [var.upgrades]
}

run "an_invalid_size_is_refused" {
  command = plan

  variables {
    system_pool = { vm_size = "D4" }
  }

  expect_failures = [var.system_pool]
}

run "bounds_the_wrong_way_round_is_refused" {
  command = plan

  variables {
    system_pool = { min_count = 6, max_count = 5 }
  }

  expect_failures = [var.system_pool]
}

run "too_few_pods_on_system_nodes_is_refused" {
  command = plan

  variables {
    system_pool = { max_pods = 20 }
  }

  expect_failures = [var.system_pool]
}

run "an_unknown_disk_is_refused" {
  command = plan

  variables {
    system_pool = { os_disk_type = "Local" }
  }

  expect_failures = [var.system_pool]
}

run "a_pool_named_system_is_refused" {
  command = plan

  variables {
    user_pools = { system = {} }
  }

  expect_failures = [var.user_pools]
}

run "a_pool_named_like_a_temporary_pool_is_refused" {
  command = plan

  variables {
    user_pools = { apps = {}, appstmp = {} }
  }

  expect_failures = [var.user_pools]
}

run "a_pool_named_like_the_temporary_system_pool_is_refused" {
  command = plan

  variables {
    user_pools = { systemtmp = {} }
  }

  expect_failures = [var.user_pools]
}

run "a_pool_name_that_azure_does_not_accept_is_refused" {
  command = plan

  variables {
    user_pools = { "my-pool" = {} }
  }

  expect_failures = [var.user_pools]
}

run "a_pool_that_cannot_grow_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { min_count = 3, max_count = 3 } }
  }

  expect_failures = [var.user_pools]
}

run "a_user_pool_of_an_invalid_size_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { vm_size = "large" } }
  }

  expect_failures = [var.user_pools]
}

run "too_few_pods_on_user_nodes_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { max_pods = 5 } }
  }

  expect_failures = [var.user_pools]
}

run "an_unknown_system_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { os_sku = "Windows" } }
  }

  expect_failures = [var.user_pools]
}

run "a_taint_without_effect_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { taints = ["purpose=batch"] } }
  }

  expect_failures = [var.user_pools]
}

run "an_unknown_expander_is_refused" {
  command = plan

  variables {
    autoscaler = { expander = "cheapest" }
  }

  expect_failures = [var.autoscaler]
}

run "a_slow_autoscaler_is_refused" {
  command = plan

  variables {
    autoscaler = { scan_seconds = 120 }
  }

  expect_failures = [var.autoscaler]
}

run "an_autoscaler_that_removes_nodes_too_soon_is_refused" {
  command = plan

  variables {
    autoscaler = { unneeded_minutes = 1 }
  }

  expect_failures = [var.autoscaler]
}

run "a_threshold_in_percent_is_refused" {
  command = plan

  variables {
    autoscaler = { utilization_threshold = 50 }
  }

  expect_failures = [var.autoscaler]
}

run "no_time_for_pods_to_shut_down_is_refused" {
  command = plan

  variables {
    autoscaler = { max_graceful_termination_seconds = 10 }
  }

  expect_failures = [var.autoscaler]
}

run "an_api_open_to_all_is_refused" {
  command = plan

  variables {
    api_server = {}
  }

  expect_failures = [var.api_server]
}

run "a_private_api_with_addresses_is_refused" {
  command = plan

  variables {
    api_server = { private = true, authorized_ip_ranges = ["203.0.113.0/24"] }
  }

  expect_failures = [var.api_server]
}

run "the_whole_internet_as_an_address_is_refused" {
  command = plan

  variables {
    api_server = { authorized_ip_ranges = ["0.0.0.0/0"] }
  }

  expect_failures = [var.api_server]
}

run "invalid_addresses_are_refused" {
  command = plan

  variables {
    network = { node_subnet_id = "/stub/subnet", node_subnet = "10.40.0.0/22", address_space = "10.40.0.0/16", pod_cidr = "pods" }
  }

  expect_failures = [var.network]
}

run "pods_in_the_virtual_network_is_refused" {
  command = plan

  variables {
    network = { node_subnet_id = "/stub/subnet", node_subnet = "10.40.0.0/22", address_space = "10.40.0.0/16", pod_cidr = "10.40.0.0/16" }
  }

  expect_failures = [var.network]
}

run "services_among_pods_is_refused" {
  command = plan

  variables {
    network = { node_subnet_id = "/stub/subnet", node_subnet = "10.40.0.0/22", address_space = "10.40.0.0/16", service_cidr = "10.244.0.0/20" }
  }

  expect_failures = [var.network]
}

run "a_small_range_for_pods_is_refused" {
  command = plan

  variables {
    network = { node_subnet_id = "/stub/subnet", node_subnet = "10.40.0.0/22", address_space = "10.40.0.0/16", pod_cidr = "10.244.0.0/23" }
  }

  expect_failures = [var.network]
}

run "fewer_nodes_than_zones_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { min_count = 2 } }
  }

  expect_failures = [azurerm_kubernetes_cluster.this]
}

run "a_subnet_that_the_pools_outgrow_is_refused" {
  command = plan

  variables {
    network = { node_subnet_id = "/stub/subnet", node_subnet = "10.40.0.0/28", address_space = "10.40.0.0/16" }
  }

  expect_failures = [azurerm_kubernetes_cluster.this]
}

run "a_range_for_pods_that_the_pools_outgrow_is_refused" {
  command = plan

  variables {
    network = { node_subnet_id = "/stub/subnet", node_subnet = "10.40.0.0/22", address_space = "10.40.0.0/16", pod_cidr = "10.244.0.0/21" }
  }

  expect_failures = [azurerm_kubernetes_cluster.this]
}

run "security_patches_in_the_free_tier_is_refused" {
  command = plan

  variables {
    sku_tier = "Free"
    upgrades = { node_image = "SecurityPatch" }
  }

  expect_failures = [azurerm_kubernetes_cluster.this]
}
