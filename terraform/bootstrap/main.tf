data "azurerm_client_config" "current" {}

module "naming" {
  source = "../modules/naming"

  workload    = var.workload
  environment = var.environment
}

data "azurerm_kubernetes_cluster" "this" {
  name                = module.naming.names.cluster
  resource_group_name = module.naming.names.resource_group
}

locals {
  namespace = "argocd"
  sources   = "${path.module}/../../argocd"

  # The pool's minimum, not its current size.
  min_nodes         = sum(concat([0], [for pool in data.azurerm_kubernetes_cluster.this.agent_pool_profile : pool.min_count if pool.name == "system"]))
  high_availability = coalesce(var.argocd.high_availability, local.min_nodes >= 3)
}

resource "helm_release" "argocd" {
  name             = "argocd"
  namespace        = local.namespace
  create_namespace = true
  repository       = "https://argoproj.github.io/argo-helm"
  chart            = "argo-cd"
  version          = var.argocd.chart_version
  values = [
    file("${local.sources}/install/values.yaml"),
    yamlencode(local.placement),
    yamlencode(local.high_availability ? local.redis_ha : {}),
    yamlencode(local.sign_in),
  ]

  # A failed upgrade is rolled back.
  atomic      = true
  wait        = true
  timeout     = 900
  max_history = 5

  lifecycle {
    precondition {
      condition     = !local.high_availability || local.min_nodes >= 3
      error_message = "argocd.high_availability: three Redis pods need three nodes, and the minimum of the pool system is ${local.min_nodes}; raise system_pool.min_count in the root platform, or set it to false."
    }
  }
}

# Project, permissions, and the application of all applications. A chart rather than kubernetes_manifest, which would
# need the custom resource definitions of Argo CD at plan time:
# https://github.com/hashicorp/terraform-provider-kubernetes/issues/1775
resource "helm_release" "root" {
  name      = "root"
  namespace = local.namespace
  chart     = "${local.sources}/bootstrap"
  # Helm compares values and the chart's version, not its files.
  description = "chart ${substr(sha256(join("", [for file in sort(fileset("${local.sources}/bootstrap", "**")) : filesha256("${local.sources}/bootstrap/${file}")])), 0, 12)}"
  values = [yamlencode({
    repository = { url = var.repository.url, revision = var.repository.revision }
    shop       = { values = var.shop_values }
    argocd     = { namespace = local.namespace }
  })]
  wait        = true
  timeout     = 300
  max_history = 5

  # It is installed after Argo CD, and deleted before it.
  depends_on = [helm_release.argocd]
}
