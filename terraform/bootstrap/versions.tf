terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "4.73.0"
    }
    azuread = {
      source  = "hashicorp/azuread"
      version = "3.7.0"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "3.1.1"
    }
  }

  # Configured per environment: environments/NAME.bootstrap.tfbackend
  backend "azurerm" {}
}

provider "azurerm" {
  # This root creates nothing in Azure; the sign-in to Argo CD is in Entra.
  resource_provider_registrations = "none"

  features {}
}

provider "azuread" {}

# The cluster exists already, because the root platform creates it. So its address is known at plan time, and the token
# is fetched when it is needed. Local accounts are disabled, so there is no certificate or password to use instead.
provider "helm" {
  kubernetes = {
    host                   = data.azurerm_kubernetes_cluster.this.kube_config[0].host
    cluster_ca_certificate = base64decode(data.azurerm_kubernetes_cluster.this.kube_config[0].cluster_ca_certificate)

    exec = {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "kubelogin"
      # The server id is the same for every AKS cluster: https://azure.github.io/kubelogin/concepts/aks.html
      args = ["get-token", "--login", var.login, "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"]
    }
  }
}
