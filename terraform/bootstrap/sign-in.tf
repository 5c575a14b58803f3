locals {
  # The scopes that Argo CD requests from Entra, with their ids in Microsoft Graph, the same in every tenant:
  # https://learn.microsoft.com/graph/permissions-reference
  sign_in_scopes = {
    openid  = "37f7f235-527c-4136-accd-4a02d197296e"
    profile = "14dad69e-099b-42c9-810b-d002981feec1"
    email   = "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0"
  }
}

data "azuread_service_principal" "graph" {
  client_id = "00000003-0000-0000-c000-000000000000"
}

# The sign-in to Argo CD. Only members of the named groups can sign in, and the token contains only these groups, so
# that the limit of 200 groups per token is not reached:
# https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
resource "azuread_application" "argocd" {
  display_name            = "argocd-${var.workload}-${var.environment}"
  sign_in_audience        = "AzureADMyOrg"
  group_membership_claims = ["ApplicationGroup"]
  prevent_duplicate_names = true

  optional_claims {
    id_token {
      name      = "groups"
      essential = true
    }
  }

  required_resource_access {
    resource_app_id = data.azuread_service_principal.graph.client_id

    dynamic "resource_access" {
      for_each = local.sign_in_scopes

      content {
        id   = resource_access.value
        type = "Scope"
      }
    }
  }

  web {
    redirect_uris = ["${var.argocd.url}/auth/callback"]
  }

  # For `argocd login --sso` on the command line.
  public_client {
    redirect_uris = ["http://localhost:8085/auth/callback"]
  }
}

resource "azuread_service_principal" "argocd" {
  client_id                    = azuread_application.argocd.client_id
  app_role_assignment_required = true
}

# Administrator consent on behalf of all users. If assignment is required, users cannot consent for themselves:
# https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal
resource "azuread_service_principal_delegated_permission_grant" "argocd" {
  service_principal_object_id          = azuread_service_principal.argocd.object_id
  resource_service_principal_object_id = data.azuread_service_principal.graph.object_id
  claim_values                         = keys(local.sign_in_scopes)
}

# Members of nested groups do not count. Assigning groups requires Entra P1 or P2.
resource "azuread_app_role_assignment" "argocd" {
  for_each = setunion(var.argocd.administrator_group_ids, var.argocd.deployer_group_ids, var.argocd.viewer_group_ids)

  # The default role of applications that define none.
  app_role_id         = "00000000-0000-0000-0000-000000000000"
  principal_object_id = each.value
  resource_object_id  = azuread_service_principal.argocd.object_id
}

resource "azuread_application_federated_identity_credential" "argocd" {
  application_id = azuread_application.argocd.id
  display_name   = "argocd-server"
  description    = "Argo CD's server in the cluster ${data.azurerm_kubernetes_cluster.this.name}"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = data.azurerm_kubernetes_cluster.this.oidc_issuer_url
  subject        = "system:serviceaccount:${local.namespace}:argocd-server"
}
