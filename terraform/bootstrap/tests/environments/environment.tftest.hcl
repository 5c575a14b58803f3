# Run with each environment's values: terraform test -test-directory=tests/environments
# -var-file=../environments/NAME.bootstrap.tfvars
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}

mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}

mock_provider "helm" {}

run "the_environment_is_complete_and_valid" {
  command = plan

  assert {
    condition     = data.azurerm_kubernetes_cluster.this.name == "aks-${var.workload}-${var.environment}"
    error_message = "the cluster is not the environment's"
  }

  assert {
    condition     = output.argocd.namespace == "argocd" && can(keys(yamldecode(helm_release.root.values[0]).shop.values))
    error_message = "Argo CD is in another namespace, or the shop gets no values"
  }
}
