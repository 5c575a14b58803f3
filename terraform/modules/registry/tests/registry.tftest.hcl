mock_provider "azurerm" {}

variables {
  resource_group_name = "rg-shop-test"
  location            = "westeurope"
  name                = "crshoptest123456"
  tags                = {}
}

run "entra_is_the_only_way_in" {
  command = plan

  assert {
    condition     = azurerm_container_registry.this.admin_enabled == false && azurerm_container_registry.this.anonymous_pull_enabled == false
    error_message = "the registry has a password or anonymous access"
  }
}

run "a_copy_is_in_every_zone_by_default" {
  command = plan

  assert {
    condition     = azurerm_container_registry.this.zone_redundancy_enabled == true && azurerm_container_registry.this.sku == "Premium"
    error_message = "the registry is not zone redundant"
  }
}

run "nothing_is_deleted_by_default" {
  command = plan

  assert {
    condition     = azurerm_container_registry.this.retention_policy_in_days == null
    error_message = "untagged manifests are deleted, and attestations are untagged"
  }
}

run "replicas_are_in_azures_order" {
  command = plan

  variables {
    replica_locations = ["swedencentral", "northeurope"]
  }

  assert {
    condition     = azurerm_container_registry.this.georeplications[*].location == tolist(["northeurope", "swedencentral"])
    error_message = "the order of replicas would be a difference in every plan"
  }
}

run "a_basic_registry_without_zones_is_fine" {
  command = plan

  variables {
    sku            = "Basic"
    zone_redundant = false
  }

  assert {
    condition     = azurerm_container_registry.this.zone_redundancy_enabled == false
    error_message = "zone redundancy is on"
  }
}

run "a_standard_registry_cannot_be_zone_redundant" {
  command = plan

  variables {
    sku = "Standard"
  }

  expect_failures = [azurerm_container_registry.this]
}

run "a_standard_registry_cannot_be_replicated" {
  command = plan

  variables {
    sku               = "Standard"
    zone_redundant    = false
    replica_locations = ["northeurope"]
  }

  expect_failures = [azurerm_container_registry.this]
}

run "a_standard_registry_has_no_retention" {
  command = plan

  variables {
    sku                     = "Standard"
    zone_redundant          = false
    untagged_retention_days = 30
  }

  expect_failures = [azurerm_container_registry.this]
}

run "a_replica_in_its_own_region_is_refused" {
  command = plan

  variables {
    replica_locations = ["westeurope"]
  }

  expect_failures = [azurerm_container_registry.this]
}

run "a_region_named_twice_is_refused" {
  command = plan

  variables {
    replica_locations = ["northeurope", "northeurope"]
  }

  expect_failures = [var.replica_locations]
}

run "an_unknown_sku_is_refused" {
  command = plan

  variables {
    sku = "Classic"
  }

  expect_failures = [var.sku]
}

run "a_name_with_a_hyphen_is_refused" {
  command = plan

  variables {
    name = "cr-shop-test"
  }

  expect_failures = [var.name]
}

run "a_retention_of_a_day_is_refused" {
  command = plan

  variables {
    untagged_retention_days = 1
  }

  expect_failures = [var.untagged_retention_days]
}
