# Run with each environment's values: terraform test -test-directory=tests/environments -var-file=../environments/NAME.bootstrap.tfvars
mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      tenant_id = "96eb6052-7321-438f-b739-72167f75534c"
    }
  }

  mock_data "azurerm_kubernetes_cluster" {
    defaults = {
      oidc_issuer_url = "https://issuer.example.com/"
      kube_config     = [{ host = "https://cluster.example.com", cluster_ca_certificate = "Y2VydGlmaWNhdGU=", client_certificate = "", client_key = "", username = "", password = "" }]
      agent_pool_profile = [
        { name = "system", min_count = 3, max_count = 5, count = 3 },
        { name = "apps", min_count = 3, max_count = 10, count = 4 },
      ]
    }
  }
}

mock_provider "azuread" {
  mock_resource "azuread_application" {
    override_during = plan
    defaults = {
      id        = "/applications/66666666-6666-6666-6666-666666666666"
      client_id = "77777777-7777-7777-7777-777777777777"
    }
  }
}

mock_provider "helm" {}

run "the_environment_is_complete_and_legal" {
  command = plan

  assert {
    condition     = data.azurerm_kubernetes_cluster.this.name == "aks-${var.workload}-${var.environment}"
    error_message = "the cluster is not the environment's"
  }

  assert {
    condition     = output.argocd.namespace == "argocd" && can(keys(yamldecode(helm_release.root.values[0]).shop.values))
    error_message = "Argo CD is not where it belongs, or the shop gets no values"
  }
}
