# Dev: the values of the root bootstrap. Replace all of them.
environment = "dev"

argocd = {
  administrator_group_ids = ["5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11"] # platform-administrators
  deployer_group_ids      = ["a1d9c0de-3b52-4c8e-b1f7-6a0e5c9d2f40"] # shop-developers
}

repository = {
  url = "https://github.com/gitops-actions/gitops-actions.git"
}

# Two replicas fit on one node.
shop_values = {
  web = { autoscaling = { minReplicas = 2, maxReplicas = 6 } }
}
