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

run "argo_cd_is_pinned_and_goes_back_when_it_fails" {
  command = plan

  assert {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", helm_release.argocd.version)) && helm_release.argocd.atomic == true && helm_release.argocd.wait == true
    error_message = "Argo CD's version floats, or a failed upgrade stays"
  }
}

run "argo_cd_has_the_projects_own_values_first" {
  command = plan

  assert {
    condition     = helm_release.argocd.values[0] == file("../../argocd/install/values.yaml")
    error_message = "the values in argocd/ are not what Argo CD is installed with"
  }

  assert {
    condition = (
      yamldecode(helm_release.argocd.values[0]).configs.cm["admin.enabled"] == false &&
      yamldecode(helm_release.argocd.values[0]).global.networkPolicy.create == true &&
      !can(yamldecode(helm_release.argocd.values[3]).configs.cm["admin.enabled"])
    )
    error_message = "the administrator is on, or network policies are off"
  }
}

run "crds_stay_when_argo_cd_goes" {
  command = plan

  assert {
    condition     = alltrue([for values in helm_release.argocd.values : try(yamldecode(values).crds.keep, true)]) && helm_release.argocd.skip_crds != true
    error_message = "removing Argo CD removes every application with it"
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
    error_message = "a new proxy waits for a node without an old one, of which there is none"
  }
}

run "fewer_nodes_do_not" {
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

run "argo_cd_runs_beside_the_clusters_own_pods" {
  command = plan

  assert {
    condition     = yamldecode(helm_release.argocd.values[1]).global.nodeSelector == { "kubernetes.azure.com/mode" = "system" }
    error_message = "Argo CD runs among the applications"
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
    error_message = "a token names all of somebody's groups, and none when there are too many"
  }
}

# Where assignment is required nobody can consent for themselves:
# https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal
run "nobody_waits_for_an_administrators_consent" {
  command = plan

  override_data {
    target = data.azuread_service_principal.graph
    values = { object_id = "88888888-8888-8888-8888-888888888888" }
  }

  assert {
    condition     = data.azuread_service_principal.graph.client_id == "00000003-0000-0000-c000-000000000000" && azuread_service_principal_delegated_permission_grant.argocd.resource_service_principal_object_id == "88888888-8888-8888-8888-888888888888" && azuread_service_principal_delegated_permission_grant.argocd.user_object_id == null
    error_message = "the consent is for something else than the sign-in, or for one person alone"
  }

  assert {
    condition     = azuread_service_principal_delegated_permission_grant.argocd.claim_values == toset(yamldecode(yamldecode(helm_release.argocd.values[3]).configs.cm["oidc.config"]).requestedScopes)
    error_message = "Argo CD asks for more than is consented to, or for less"
  }

  assert {
    # openid, profile and email: https://learn.microsoft.com/graph/permissions-reference
    condition = toset([for access in one(azuread_application.argocd.required_resource_access).resource_access : "${access.type} ${access.id}"]) == toset([
      "Scope 37f7f235-527c-4136-accd-4a02d197296e",
      "Scope 14dad69e-099b-42c9-810b-d002981feec1",
      "Scope 64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    ])
    error_message = "the application does not say what it needs"
  }
}

run "argo_cd_signs_in_without_a_secret" {
  command = plan

  assert {
    condition     = azuread_application_federated_identity_credential.argocd.subject == "system:serviceaccount:argocd:argocd-server" && azuread_application_federated_identity_credential.argocd.issuer == "https://issuer.example.com/"
    error_message = "Entra does not believe Argo CD's service account"
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
    error_message = "Argo CD has an address by default"
  }
}

# argoproj/argo-helm#1938, #3674: an AppProject in the release that brings its kind fails
run "projects_and_applications_are_a_release_of_their_own" {
  command = plan

  assert {
    condition     = endswith(helm_release.root.chart, "argocd/bootstrap") && can(regex("^chart [0-9a-f]{12}$", helm_release.root.description))
    error_message = "the root application is not the chart in argocd/, or a change of it goes unnoticed"
  }

  assert {
    condition     = yamldecode(helm_release.root.values[0]).repository == { url = "https://github.com/my-org/my-repository.git", revision = "main" }
    error_message = "Argo CD watches another repository"
  }
}

run "an_environment_gives_values_to_the_shop" {
  command = plan

  variables {
    shop_values = { web = { autoscaling = { maxReplicas = 30 } } }
  }

  assert {
    condition     = yamldecode(helm_release.root.values[0]).shop.values == { web = { autoscaling = { maxReplicas = 30 } } }
    error_message = "the environment's values do not arrive"
  }
}

# A value that the provider merges only when its revision grows is gone after the next upgrade: hashicorp/terraform-provider-helm#1753. So the
# key of a private repository is a Secret of the cluster, and no value.
run "the_key_of_a_private_repository_is_none_of_the_values" {
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
    error_message = "the release has a Secret for the repository, which would stand against the one with the key"
  }
}
