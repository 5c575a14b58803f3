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

# Three kinds of identity that must not be mixed up.
override_resource {
  target          = module.identity.azurerm_user_assigned_identity.cluster
  override_during = plan
  values          = { id = "/stub/identity/cluster", principal_id = "11111111-1111-1111-1111-111111111111" }
}

override_resource {
  target          = module.identity.azurerm_user_assigned_identity.kubelet
  override_during = plan
  values          = { id = "/stub/identity/kubelet", principal_id = "22222222-2222-2222-2222-222222222222", client_id = "22222222-0000-0000-0000-222222222222" }
}

override_resource {
  target          = module.identity.azurerm_user_assigned_identity.github["staging"]
  override_during = plan
  values          = { id = "/stub/identity/staging", principal_id = "33333333-3333-3333-3333-333333333333", client_id = "33333333-0000-0000-0000-333333333333" }
}

override_resource {
  target          = module.identity.azurerm_user_assigned_identity.github["production"]
  override_during = plan
  values          = { id = "/stub/identity/production", principal_id = "44444444-4444-4444-4444-444444444444", client_id = "44444444-0000-0000-0000-444444444444" }
}

override_resource {
  target          = module.identity.azurerm_user_assigned_identity.github["plan"]
  override_during = plan
  values          = { id = "/stub/identity/plan", principal_id = "55555555-5555-5555-5555-555555555555", client_id = "55555555-0000-0000-0000-555555555555" }
}

override_resource {
  target          = module.registry["staging"].azurerm_container_registry.this
  override_during = plan
  values          = { id = "/stub/registry/staging", login_server = "staging.example.com" }
}

override_resource {
  target          = module.registry["production"].azurerm_container_registry.this
  override_during = plan
  values          = { id = "/stub/registry/production", login_server = "production.example.com" }
}

override_resource {
  target          = module.network.azurerm_subnet.nodes
  override_during = plan
  values          = { id = "/stub/subnet" }
}

override_resource {
  target          = module.network.azurerm_virtual_network.this
  override_during = plan
  values          = { id = "/stub/network" }
}

override_resource {
  target          = module.network.azurerm_public_ip.egress
  override_during = plan
  values          = { ip_address = "198.51.100.7" }
}

override_resource {
  target          = azurerm_resource_group.this
  override_during = plan
  values          = { id = "/stub/group" }
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

# MicrosoftDocs/azure-docs#97437, #111834
run "the_nodes_reach_the_api_through_the_egress_of_the_network" {
  command = plan

  assert {
    condition     = module.network.egress_ip == "198.51.100.7" && module.aks.api_allowed_from == toset(["203.0.113.0/24", "198.51.100.7/32"])
    error_message = "the API rejects its own nodes"
  }
}

run "role_assignments_are_exactly_the_intended_ones" {
  command = plan

  assert {
    condition = toset([for each in concat(values(azurerm_role_assignment.before_cluster), values(azurerm_role_assignment.github), values(azurerm_role_assignment.people)) : "${each.principal_id} ${each.role_definition_name} ${each.scope}"]) == toset([
      # the control plane
      "11111111-1111-1111-1111-111111111111 Network Contributor /stub/subnet",
      "11111111-1111-1111-1111-111111111111 Managed Identity Operator /stub/identity/kubelet",
      # the nodes
      "22222222-2222-2222-2222-222222222222 AcrPull /stub/registry/production",
      # build.yml
      "33333333-3333-3333-3333-333333333333 AcrPush /stub/registry/staging",
      # deploy.yml
      "44444444-4444-4444-4444-444444444444 AcrPush /stub/registry/production",
      "44444444-4444-4444-4444-444444444444 AcrPull /stub/registry/staging",
      # plan.yml
      "55555555-5555-5555-5555-555555555555 Reader /stub/group",
      "55555555-5555-5555-5555-555555555555 Azure Kubernetes Service Cluster User Role /stub/cluster",
      # people
      "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa Azure Kubernetes Service RBAC Cluster Admin /stub/cluster",
      "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa Azure Kubernetes Service Cluster User Role /stub/cluster",
      "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb Azure Kubernetes Service RBAC Reader /stub/cluster",
      "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb Azure Kubernetes Service Cluster User Role /stub/cluster",
    ])
    error_message = "a role assignment is missing or not intended"
  }
}

# MicrosoftDocs/azure-aks-docs#110: with a role on the subnet only, the first apply fails at the cluster with
# LinkedAuthorizationFailed.
run "a_private_api_server_can_join_the_whole_network" {
  command = plan

  variables {
    api_server = { private = true }
  }

  assert {
    condition     = [for each in azurerm_role_assignment.before_cluster : "${each.principal_id} ${each.scope}" if each.role_definition_name == "Network Contributor"] == ["11111111-1111-1111-1111-111111111111 /stub/network"]
    error_message = "AKS has no permission to link the private DNS zone of the API server to the network"
  }
}

run "a_public_api_server_has_a_role_on_the_subnet_only" {
  command = plan

  assert {
    condition     = [for each in azurerm_role_assignment.before_cluster : "${each.principal_id} ${each.scope}" if each.role_definition_name == "Network Contributor"] == ["11111111-1111-1111-1111-111111111111 /stub/subnet"]
    error_message = "the control plane can change more of the network than it needs to"
  }
}

# hashicorp/terraform-provider-azurerm#11434, #24105; Azure/AKS#1428
run "the_cluster_pulls_from_production_only" {
  command = plan

  assert {
    condition     = [for each in azurerm_role_assignment.before_cluster : each.scope if each.role_definition_name == "AcrPull"] == ["/stub/registry/production"]
    error_message = "the cluster pulls from another registry, or not with the kubelet's identity"
  }
}

# What Argo CD deploys there uses production's registry, as on main.
run "another_environment_pulls_from_productions_registry_and_creates_none" {
  command = plan

  variables {
    environment           = "staging"
    registries            = null
    pull_from_registry_id = "/subscriptions/8c880c6a-8653-4c26-9943-fc4947198176/resourceGroups/rg-shop-production/providers/Microsoft.ContainerRegistry/registries/crshopproductionprd123456"
    github                = null
  }

  assert {
    condition     = [for each in azurerm_role_assignment.before_cluster : "${each.principal_id} ${each.scope}" if each.role_definition_name == "AcrPull"] == ["22222222-2222-2222-2222-222222222222 ${var.pull_from_registry_id}"]
    error_message = "the cluster cannot pull from production, or pulls from another registry"
  }

  assert {
    condition     = length(module.registry) == 0 && output.registries == {} && output.production_registry_id == null
    error_message = "a registry is created that nobody pushes to"
  }
}

run "production_outputs_the_registry_to_pull_from" {
  command = plan

  assert {
    condition     = output.production_registry_id == "/stub/registry/production"
    error_message = "the id of production's registry is not an output"
  }
}

run "only_identities_and_groups_have_roles" {
  command = plan

  assert {
    condition     = alltrue([for each in concat(values(azurerm_role_assignment.before_cluster), values(azurerm_role_assignment.github)) : each.principal_type == "ServicePrincipal"]) && alltrue([for each in azurerm_role_assignment.people : each.principal_type == "Group"])
    error_message = "an individual user has a role"
  }
}

run "nobody_pushes_without_github" {
  command = plan

  variables {
    github = null
  }

  assert {
    condition     = length(azurerm_role_assignment.github) == 0 && output.github == null
    error_message = "somebody can push although no repository is named"
  }
}

run "github_gets_what_its_root_needs" {
  command = plan

  assert {
    condition = output.github == {
      tenant_id           = "96eb6052-7321-438f-b739-72167f75534c"
      subscription_id     = "8c880c6a-8653-4c26-9943-fc4947198176"
      staging_registry    = "staging.example.com"
      production_registry = "production.example.com"
      client_ids = {
        staging    = "33333333-0000-0000-0000-333333333333"
        production = "44444444-0000-0000-0000-444444444444"
        plan       = "55555555-0000-0000-0000-555555555555"
      }
      environments = { staging = "staging", production = "production", plan = "plan" }
    }
    error_message = "the output github does not match the variable of the root github"
  }
}

run "githubs_ids_reach_the_identities" {
  command = plan

  variables {
    github = { repository = "my-org/my-repository", owner_id = 1234567, repository_id = 1309247986 }
  }

  assert {
    condition     = module.identity.github["production"].subject == "repo:my-org@1234567/my-repository@1309247986:environment:production"
    error_message = "Entra trusts another subject than the tokens of such a repository have"
  }
}

run "everything_has_the_tags_of_the_naming_module" {
  command = plan

  variables {
    tags = { owner = "platform-team" }
  }

  assert {
    condition     = azurerm_resource_group.this.tags == tomap({ owner = "platform-team", workload = "shop", environment = "production", managed-by = "terraform" })
    error_message = "the tags are not those of the naming module"
  }
}
