# Run with each environment's values: terraform test -test-directory=tests/environments -var-file=../environments/NAME.tfvars
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
      current_kubernetes_version = "1.35.2"
      oidc_issuer_url            = "https://issuer.example.com/"
    }
  }
}

run "the_environment_is_complete_and_legal" {
  command = plan

  assert {
    condition     = azurerm_resource_group.this.name == "rg-${var.workload}-${var.environment}"
    error_message = "the environment's name is not in its resources"
  }
}

run "a_zone_always_has_a_node" {
  command = plan

  assert {
    condition     = var.system_pool.min_count >= length(var.zones) && alltrue([for pool in var.user_pools : pool.min_count >= length(var.zones)])
    error_message = "a zone may be without a node"
  }
}

run "somebody_administers_it_and_nobody_else_reaches_it" {
  command = plan

  assert {
    condition     = length([for each in azurerm_role_assignment.people : each if each.role_definition_name == "Azure Kubernetes Service RBAC Cluster Admin"]) > 0
    error_message = "nobody could sign in"
  }

  assert {
    condition     = var.api_server.private || !contains(var.api_server.authorized_ip_ranges, "0.0.0.0/0")
    error_message = "everybody reaches the API"
  }
}
