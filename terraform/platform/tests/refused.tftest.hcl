# Combinations that the root rejects. Values of a single module are rejected and tested there.
mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      subscription_id = "8c880c6a-8653-4c26-9943-fc4947198176"
      tenant_id       = "96eb6052-7321-438f-b739-72167f75534c"
    }
  }

  mock_resource "azurerm_kubernetes_cluster" {
    override_during = plan
    defaults = {
      id                         = "/stub/cluster"
      current_kubernetes_version = "1.37.2"
      oidc_issuer_url            = "https://issuer.example.com/"
    }
  }
}

variables {
  environment = "production"
  access = {
    cluster_admin_group_ids  = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
    cluster_reader_group_ids = ["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]
  }
  api_server = { authorized_ip_ranges = ["203.0.113.0/24"] }
  github     = { repository = "my-org/my-repository" }
  monitoring = { alert_emails = ["on-call@example.com"] }
}

run "an_environment_with_capitals_is_refused" {
  command = plan

  variables {
    environment = "Production"
  }

  expect_failures = [var.environment]
}

run "a_region_by_its_long_name_is_refused" {
  command = plan

  variables {
    location = "West Europe"
  }

  expect_failures = [var.location]
}

run "zones_in_a_region_without_is_refused" {
  command = plan

  variables {
    location    = "westus"
    environment = "staging"
  }

  expect_failures = [var.zones]
}

# The plan would succeed, but Azure would reject the gateway during the apply:
# https://learn.microsoft.com/azure/nat-gateway/nat-sku
run "zones_where_no_nat_gateway_spans_them_is_refused" {
  command = plan

  variables {
    location = "qatarcentral"
  }

  expect_failures = [var.zones]
}

run "one_zone_where_no_nat_gateway_spans_them_is_refused" {
  command = plan

  variables {
    location    = "indonesiacentral"
    environment = "staging"
    zones       = ["1"]
  }

  expect_failures = [var.zones]
}

run "no_zones_where_no_nat_gateway_spans_them_is_fine" {
  command = plan

  variables {
    location    = "qatarcentral"
    environment = "staging"
    zones       = []
    registries  = { staging = { zone_redundant = false }, production = { zone_redundant = false } }
  }

  assert {
    condition     = output.cluster.name == "aks-shop-staging"
    error_message = "a region is rejected although a Standard gateway is enough for it"
  }
}

run "two_zones_is_refused" {
  command = plan

  variables {
    zones       = ["1", "2"]
    environment = "staging"
  }

  expect_failures = [var.zones]
}

run "production_in_one_zone_is_refused" {
  command = plan

  variables {
    zones      = ["1"]
    registries = { staging = { zone_redundant = false }, production = { zone_redundant = false } }
  }

  expect_failures = [var.zones]
}

run "production_without_a_guarantee_is_refused" {
  command = plan

  variables {
    sku_tier = "Free"
  }

  expect_failures = [var.sku_tier]
}

run "a_zone_without_a_system_node_is_refused" {
  command = plan

  variables {
    system_pool = { min_count = 2 }
  }

  expect_failures = [var.system_pool]
}

run "a_zone_without_a_user_node_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { min_count = 2 } }
  }

  expect_failures = [var.user_pools]
}

run "production_on_spot_nodes_only_is_refused" {
  command = plan

  variables {
    user_pools = { apps = { spot = true } }
  }

  expect_failures = [var.user_pools]
}

run "a_cluster_that_nobody_administers_is_refused" {
  command = plan

  variables {
    access = { cluster_admin_group_ids = [] }
  }

  expect_failures = [var.access]
}

run "a_group_by_its_name_is_refused" {
  command = plan

  variables {
    access = { cluster_admin_group_ids = ["platform-administrators"] }
  }

  expect_failures = [var.access]
}

run "a_zone_redundant_registry_without_zones_is_refused" {
  command = plan

  variables {
    zones       = []
    environment = "staging"
  }

  expect_failures = [var.registries]
}

run "deleting_released_images_is_refused" {
  command = plan

  variables {
    registries = { production = { untagged_retention_days = 30 } }
  }

  expect_failures = [var.registries]
}

run "a_cluster_that_pulls_from_nowhere_is_refused" {
  command = plan

  variables {
    registries = null
    github     = null
  }

  expect_failures = [var.pull_from_registry_id]
}

run "a_cluster_that_pulls_from_two_places_is_refused" {
  command = plan

  variables {
    pull_from_registry_id = "/subscriptions/8c880c6a-8653-4c26-9943-fc4947198176/resourceGroups/rg-shop-production/providers/Microsoft.ContainerRegistry/registries/crshopproductionprd123456"
  }

  expect_failures = [var.pull_from_registry_id]
}

run "a_registry_by_its_host_is_refused" {
  command = plan

  variables {
    registries            = null
    github                = null
    pull_from_registry_id = "crshopproductionprd123456.azurecr.io"
  }

  expect_failures = [var.pull_from_registry_id]
}

run "workflows_without_registries_are_refused" {
  command = plan

  variables {
    environment           = "staging"
    registries            = null
    pull_from_registry_id = "/subscriptions/8c880c6a-8653-4c26-9943-fc4947198176/resourceGroups/rg-shop-production/providers/Microsoft.ContainerRegistry/registries/crshopproductionprd123456"
  }

  expect_failures = [var.github]
}

run "a_repository_without_owner_is_refused" {
  command = plan

  variables {
    github = { repository = "my-repository" }
  }

  expect_failures = [var.github]
}

run "one_of_githubs_ids_without_the_other_is_refused" {
  command = plan

  variables {
    github = { repository = "my-org/my-repository", repository_id = 1309247986 }
  }

  expect_failures = [var.github]
}

run "production_without_alert_recipients_is_refused" {
  command = plan

  variables {
    monitoring = {}
  }

  expect_failures = [var.monitoring]
}
