# Staging: a small production, to try out changes of the platform. The workflows on GitHub do not use it.
environment = "staging"

tags = {
  owner       = "platform-team"
  cost-center = "shop"
}

access = {
  cluster_admin_group_ids  = ["5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11"] # platform-administrators
  cluster_reader_group_ids = ["a1d9c0de-3b52-4c8e-b1f7-6a0e5c9d2f40"] # shop-developers
}

api_server = {
  authorized_ip_ranges = ["203.0.113.0/24"]
}

# Kubernetes upgrades one day before production.
upgrades = {
  kubernetes_window = { day = "Monday" }
  node_window       = { day = "Sunday" }
}

system_pool = { max_count = 3 }
user_pools  = { apps = { max_count = 6 } }

# Workflows push only to production's registries, and Argo CD here runs what main names. In production,
# `terraform output production_registry_id` prints the id.
registries            = null
pull_from_registry_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop-production/providers/Microsoft.ContainerRegistry/registries/crshopproductionprd000000"

# Different from production's, so that the two can be peered.
network = {
  address_space = "10.41.0.0/16"
  node_subnet   = "10.41.0.0/22"
}
