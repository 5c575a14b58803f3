# Run with each environment's values: terraform test -test-directory=tests/environments
# -var-file=../environments/NAME.tfvars Those of recovery override production's.
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

run "the_environment_is_complete_and_valid" {
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
    error_message = "a zone can be without a node"
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
    error_message = "everybody can reach the API"
  }
}

# The role assignments by their keys in access.tf; platform.tftest.hcl tests each of them.
run "role_assignments_are_exactly_those_of_the_environment" {
  command = plan

  assert {
    condition = {
      for key, each in merge(azurerm_role_assignment.before_cluster, azurerm_role_assignment.github) : key => each.role_definition_name
      } == merge(
      {
        cluster-network    = "Network Contributor"
        cluster-kubelet    = "Managed Identity Operator"
        kubelet-production = "AcrPull"
      },
      var.github == null ? {} : {
        github-staging-push            = "AcrPush"
        github-production-push         = "AcrPush"
        github-production-pull-staging = "AcrPull"
        github-plan-read               = "Reader"
        github-plan-cluster            = "Azure Kubernetes Service Cluster User Role"
      },
    )
    error_message = "a role assignment of an identity is missing or not intended"
  }

  assert {
    condition = toset([for each in azurerm_role_assignment.people : "${each.role_definition_name}: ${each.principal_id}"]) == toset(concat(
      [for id in var.access.cluster_admin_group_ids : "Azure Kubernetes Service RBAC Cluster Admin: ${id}"],
      [for id in var.access.cluster_reader_group_ids : "Azure Kubernetes Service RBAC Reader: ${id}"],
      [for id in setunion(var.access.cluster_admin_group_ids, var.access.cluster_reader_group_ids) : "Azure Kubernetes Service Cluster User Role: ${id}"],
    ))
    error_message = "a role assignment of users is missing or not intended"
  }
}

# Workflows push to the registries of production, or of recovery, and every environment runs what main names.
run "images_come_from_where_releases_are_pushed" {
  command = plan

  assert {
    condition     = (var.github != null) == contains(["production", "recovery"], var.environment) && sort(keys(module.registry)) == (var.github != null ? ["production", "staging"] : [])
    error_message = "a registry is created that no workflow pushes to"
  }

  assert {
    condition     = var.github != null ? true : azurerm_role_assignment.before_cluster["kubelet-production"].scope == var.pull_from_registry_id
    error_message = "the cluster pulls from a registry that no workflow pushes to"
  }
}

run "recovery_is_as_redundant_as_production" {
  command = plan

  assert {
    condition     = var.environment != "recovery" || (length(var.zones) == 3 && var.sku_tier != "Free" && length(var.monitoring.alert_emails) > 0 && anytrue([for pool in var.user_pools : !pool.spot && pool.min_count > 0 && length(pool.taints) == 0]))
    error_message = "recovery lacks what production requires"
  }
}
