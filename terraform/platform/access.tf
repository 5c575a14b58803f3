# All role assignments of the platform. A test compares this list with the intended one.
locals {
  before_cluster = {
    # The control plane attaches load balancers and nodes to the subnet. AKS links the private DNS zone of a private API
    # server to the whole network, for which a role on the subnet is not enough:
    # https://learn.microsoft.com/azure/aks/private-clusters, https://github.com/MicrosoftDocs/azure-aks-docs/issues/110
    cluster-network = {
      principal_id = module.identity.cluster.principal_id
      role         = "Network Contributor"
      scope        = var.api_server.private ? module.network.virtual_network_id : module.network.node_subnet_id
    }
    # Nodes get the kubelet's identity.
    cluster-kubelet = {
      principal_id = module.identity.cluster.principal_id
      role         = "Managed Identity Operator"
      scope        = module.identity.kubelet.id
    }
    # Every environment pulls from production only, because all of them run what main names.
    kubelet-production = {
      principal_id = module.identity.kubelet.principal_id
      role         = "AcrPull"
      scope        = var.registries == null ? var.pull_from_registry_id : module.registry["production"].id
    }
  }

  github_access = var.github == null ? {} : {
    github-staging-push = {
      principal_id = module.identity.github["staging"].principal_id
      role         = "AcrPush"
      scope        = module.registry["staging"].id
    }
    github-production-push = {
      principal_id = module.identity.github["production"].principal_id
      role         = "AcrPush"
      scope        = module.registry["production"].id
    }
    # A release copies the tested image.
    github-production-pull-staging = {
      principal_id = module.identity.github["production"].principal_id
      role         = "AcrPull"
      scope        = module.registry["staging"].id
    }
    github-plan-read = {
      principal_id = module.identity.github["plan"].principal_id
      role         = "Reader"
      scope        = azurerm_resource_group.this.id
    }
    # Terraform reads the cluster's address from a user's kubeconfig, which contains no credentials here.
    github-plan-cluster = {
      principal_id = module.identity.github["plan"].principal_id
      role         = "Azure Kubernetes Service Cluster User Role"
      scope        = module.aks.id
    }
  }

  people = merge(
    { for id in var.access.cluster_admin_group_ids : "admin-${id}" => { id = id, role = "Azure Kubernetes Service RBAC Cluster Admin" } },
    { for id in var.access.cluster_reader_group_ids : "reader-${id}" => { id = id, role = "Azure Kubernetes Service RBAC Reader" } },
    # To fetch a kubeconfig; the other role decides what it can do.
    { for id in setunion(var.access.cluster_admin_group_ids, var.access.cluster_reader_group_ids) : "user-${id}" => { id = id, role = "Azure Kubernetes Service Cluster User Role" } },
  )
}

resource "azurerm_role_assignment" "before_cluster" {
  for_each = local.before_cluster

  principal_id         = each.value.principal_id
  role_definition_name = each.value.role
  scope                = each.value.scope
  principal_type       = "ServicePrincipal"
  # Entra may not know an identity yet that was created seconds ago.
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github" {
  for_each = local.github_access

  principal_id                     = each.value.principal_id
  role_definition_name             = each.value.role
  scope                            = each.value.scope
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "people" {
  for_each = local.people

  principal_id         = each.value.id
  role_definition_name = each.value.role
  scope                = module.aks.id
  principal_type       = "Group"
}
