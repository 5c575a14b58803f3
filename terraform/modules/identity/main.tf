locals {
  github_environments = var.github == null ? {} : var.github.environments

  # The first part of a token's subject. With the ids, a repository that later gets the same name is not trusted.
  # https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects
  github_names   = split("/", try(var.github.repository, "/"))
  github_subject = try(var.github.owner_id, null) == null ? "repo:${join("/", local.github_names)}" : "repo:${local.github_names[0]}@${var.github.owner_id}/${local.github_names[1]}@${var.github.repository_id}"
}

# The identity of the control plane, which attaches load balancers and nodes to the network.
resource "azurerm_user_assigned_identity" "cluster" {
  name                = "${var.name}-cluster"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# The identity of the nodes, which pull images. It is created before the cluster rather than by it, so that its roles
# have propagated when the first image is pulled:
# https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#role-assignment-changes-are-not-being-detected
resource "azurerm_user_assigned_identity" "kubelet" {
  name                = "${var.name}-kubelet"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_user_assigned_identity" "github" {
  for_each = local.github_environments

  name                = "${var.name}-github-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# No password is needed: Entra trusts GitHub's token if it has this subject.
# https://docs.github.com/actions/reference/security/oidc#example-subject-claims
resource "azurerm_federated_identity_credential" "github" {
  for_each = local.github_environments

  name                      = "github-environment-${each.value}"
  user_assigned_identity_id = azurerm_user_assigned_identity.github[each.key].id
  issuer                    = "https://token.actions.githubusercontent.com"
  audience                  = ["api://AzureADTokenExchange"]
  subject                   = "${local.github_subject}:environment:${each.value}"
}
