# Production: the values of the root bootstrap. Replace all of them.
environment = "production"

argocd = {
  administrator_group_ids = ["5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11"] # platform-administrators
  deployer_group_ids      = ["a1d9c0de-3b52-4c8e-b1f7-6a0e5c9d2f40"] # shop-developers
}

repository = {
  url = "https://github.com/gitops-actions/gitops-actions.git"
}

# Requests of a pod under production's load. They decide when nodes are added; terraform/test/sizing.test.ts uses them.
shop_values = {
  web = { resources = { requests = { cpu = "250m" } } }
}
