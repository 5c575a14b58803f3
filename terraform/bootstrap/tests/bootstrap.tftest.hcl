mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}

mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}

mock_provider "helm" {}

variables {
  environment = "production"
  argocd = {
    administrator_group_ids = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
    deployer_group_ids      = ["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]
    viewer_group_ids        = ["cccccccc-cccc-cccc-cccc-cccccccccccc"]
  }
  repository = { url = "https://github.com/my-org/my-repository.git" }
}

run "the_cluster_is_found_by_its_name" {
  command = plan

  assert {
    condition     = data.azurerm_kubernetes_cluster.this.name == "aks-shop-production" && data.azurerm_kubernetes_cluster.this.resource_group_name == "rg-shop-production"
    error_message = "the cluster is not the platform's"
  }
}

run "argo_cd_is_pinned_and_a_failed_upgrade_is_rolled_back" {
  command = plan

  assert {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", helm_release.argocd.version)) && helm_release.argocd.atomic == true && helm_release.argocd.wait == true
    error_message = "Argo CD's version is not exact, or a failed upgrade is not rolled back"
  }
}

run "argo_cd_has_the_projects_own_values_first" {
  command = plan

  assert {
    condition     = helm_release.argocd.values[0] == file("../../argocd/install/values.yaml")
    error_message = "Argo CD is not installed with the values in argocd/"
  }

  assert {
    condition = (
      yamldecode(helm_release.argocd.values[0]).configs.cm["admin.enabled"] == false &&
      yamldecode(helm_release.argocd.values[0]).global.networkPolicy.create == true &&
      !can(yamldecode(helm_release.argocd.values[3]).configs.cm["admin.enabled"])
    )
    error_message = "the administrator is enabled, or network policies are disabled"
  }
}

run "crds_stay_when_argo_cd_is_deleted" {
  command = plan

  assert {
    condition     = alltrue([for values in helm_release.argocd.values : try(yamldecode(values).crds.keep, true)]) && helm_release.argocd.skip_crds != true
    error_message = "deleting Argo CD would delete every application"
  }
}

run "three_nodes_make_it_highly_available" {
  command = plan

  assert {
    condition     = output.argocd.high_availability == true && yamldecode(helm_release.argocd.values[2])["redis-ha"].enabled == true
    error_message = "Redis is one pod on three nodes"
  }
}

# argoproj/argo-cd#16627, DandyDeveloper/charts#249
run "an_upgrade_needs_no_fourth_node" {
  command = plan

  assert {
    condition = (
      yamldecode(helm_release.argocd.values[2])["redis-ha"].haproxy.hardAntiAffinity == true &&
      yamldecode(helm_release.argocd.values[2])["redis-ha"].haproxy.deploymentStrategy == { type = "RollingUpdate", rollingUpdate = { maxSurge = 0, maxUnavailable = 1 } }
    )
    error_message = "a new proxy would wait for a node without an old one, and there is none"
  }
}

run "fewer_nodes_are_not_highly_available" {
  command = plan

  override_data {
    target = data.azurerm_kubernetes_cluster.this
    values = {
      kube_config        = [{ host = "https://cluster.example.com", cluster_ca_certificate = "Y2VydGlmaWNhdGU=", client_certificate = "", client_key = "", username = "", password = "" }]
      agent_pool_profile = [{ name = "system", min_count = 1, max_count = 2, count = 2 }]
    }
  }

  assert {
    condition     = output.argocd.high_availability == false && yamldecode(helm_release.argocd.values[2]) == {}
    error_message = "three Redis pods on fewer than three nodes"
  }
}

run "high_availability_on_one_node_is_refused" {
  command = plan

  variables {
    argocd = {
      administrator_group_ids = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
      high_availability       = true
    }
  }

  override_data {
    target = data.azurerm_kubernetes_cluster.this
    values = {
      kube_config        = [{ host = "https://cluster.example.com", cluster_ca_certificate = "Y2VydGlmaWNhdGU=", client_certificate = "", client_key = "", username = "", password = "" }]
      agent_pool_profile = [{ name = "system", min_count = 1, max_count = 2, count = 2 }]
    }
  }

  expect_failures = [helm_release.argocd]
}

run "argo_cd_runs_with_the_clusters_own_pods" {
  command = plan

  assert {
    condition     = yamldecode(helm_release.argocd.values[1]).global.nodeSelector == { "kubernetes.azure.com/mode" = "system" }
    error_message = "Argo CD runs on the nodes of applications"
  }
}

run "groups_have_the_roles_of_the_values" {
  command = plan

  assert {
    condition = yamldecode(helm_release.argocd.values[3]).configs.rbac["policy.groups.csv"] == join("\n", [
      "g, aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa, role:administrator",
      "g, bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb, role:deployer",
      "g, cccccccc-cccc-cccc-cccc-cccccccccccc, role:viewer",
    ])
    error_message = "groups do not have their roles"
  }

  assert {
    condition     = alltrue([for role in ["administrator", "deployer", "viewer"] : strcontains(yamldecode(helm_release.argocd.values[0]).configs.rbac["policy.csv"], "p, role:${role}, ")])
    error_message = "a group gets a role that argocd/install/values.yaml does not have"
  }
}

run "only_the_named_groups_sign_in" {
  command = plan

  assert {
    condition     = azuread_service_principal.argocd.app_role_assignment_required == true && length(azuread_app_role_assignment.argocd) == 3
    error_message = "everybody in the tenant can sign in"
  }

  assert {
    condition     = azuread_application.argocd.group_membership_claims == toset(["ApplicationGroup"])
    error_message = "a token would contain all of a user's groups, and none if there are too many"
  }
}

# If assignment is required, users cannot consent for themselves:
# https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal
run "nobody_waits_for_an_administrators_consent" {
  command = plan

  override_data {
    target = data.azuread_service_principal.graph
    values = { object_id = "88888888-8888-8888-8888-888888888888" }
  }

  assert {
    condition     = data.azuread_service_principal.graph.client_id == "00000003-0000-0000-c000-000000000000" && azuread_service_principal_delegated_permission_grant.argocd.resource_service_principal_object_id == "88888888-8888-8888-8888-888888888888" && azuread_service_principal_delegated_permission_grant.argocd.user_object_id == null
    error_message = "the consent is not for the sign-in, or only for one user"
  }

  assert {
    condition     = azuread_service_principal_delegated_permission_grant.argocd.claim_values == toset(yamldecode(yamldecode(helm_release.argocd.values[3]).configs.cm["oidc.config"]).requestedScopes)
    error_message = "Argo CD requests other scopes than those consented to"
  }

  assert {
    # openid, profile and email: https://learn.microsoft.com/graph/permissions-reference
    condition = toset([for access in one(azuread_application.argocd.required_resource_access).resource_access : "${access.type} ${access.id}"]) == toset([
      "Scope 37f7f235-527c-4136-accd-4a02d197296e",
      "Scope 14dad69e-099b-42c9-810b-d002981feec1",
      "Scope 64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    ])
    error_message = "the application does not request its permissions"
  }
}

run "argo_cd_signs_in_without_a_secret" {
  command = plan

  assert {
    condition     = azuread_application_federated_identity_credential.argocd.subject == "system:serviceaccount:argocd:argocd-server" && azuread_application_federated_identity_credential.argocd.issuer == "https://issuer.example.com/"
    error_message = "Entra does not trust Argo CD's service account"
  }

  assert {
    condition = (
      yamldecode(yamldecode(helm_release.argocd.values[3]).configs.cm["oidc.config"]).azure.useWorkloadIdentity == true &&
      !strcontains(lower(helm_release.argocd.values[3]), "clientsecret")
    )
    error_message = "Argo CD needs a secret"
  }
}

run "nothing_is_open_to_the_internet_by_default" {
  command = plan

  assert {
    condition     = output.argocd.url == "https://localhost:8080" && azuread_application.argocd.web[0].redirect_uris == toset(["https://localhost:8080/auth/callback"])
    error_message = "Argo CD is exposed by default"
  }
}

# argoproj/argo-helm#1938, #3674: an AppProject in the release that installs its CRD fails
run "projects_and_applications_are_a_separate_release" {
  command = plan

  assert {
    condition     = endswith(helm_release.root.chart, "argocd/bootstrap") && can(regex("^chart [0-9a-f]{12}$", helm_release.root.description))
    error_message = "the root application is not the chart in argocd/, or a change to it would go unnoticed"
  }

  assert {
    condition     = yamldecode(helm_release.root.values[0]).repository == { url = "https://github.com/my-org/my-repository.git", revision = "main" }
    error_message = "Argo CD watches another repository"
  }
}

run "an_environment_sets_values_of_the_shop" {
  command = plan

  variables {
    shop_values = { web = { autoscaling = { maxReplicas = 30 } } }
  }

  assert {
    condition     = yamldecode(helm_release.root.values[0]).shop.values == { web = { autoscaling = { maxReplicas = 30 } } }
    error_message = "the environment's values are not passed on"
  }
}

# A write-only value is only merged when its revision increases, and lost at the next upgrade:
# hashicorp/terraform-provider-helm#1753. So the key of a private repository is a Secret in the cluster, not a value.
run "the_key_of_a_private_repository_is_not_in_the_values" {
  command = plan

  variables {
    repository = { url = "git@github.com:my-org/my-repository.git" }
  }

  assert {
    condition     = yamldecode(helm_release.root.values[0]).repository.url == "git@github.com:my-org/my-repository.git"
    error_message = "Argo CD watches another repository"
  }

  assert {
    condition     = helm_release.argocd.set_wo == null && helm_release.argocd.set_sensitive == null && alltrue([for values in helm_release.argocd.values : !can(yamldecode(values).configs.repositories) && !can(yamldecode(values).configs.credentialTemplates)])
    error_message = "the release has a Secret for the repository, which would conflict with the one that holds the key"
  }
}
