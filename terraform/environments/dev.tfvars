# Development: the minimum that shows everything, in one zone and without guarantees.
environment = "dev"

tags = {
  owner       = "platform-team"
  cost-center = "shop"
}

access = {
  cluster_admin_group_ids = ["a1d9c0de-3b52-4c8e-b1f7-6a0e5c9d2f40"] # shop-developers
}

api_server = {
  authorized_ip_ranges = ["203.0.113.0/24"]
}

zones    = ["1"]
sku_tier = "Free"

upgrades = {
  kubernetes = "stable"
}

system_pool = { min_count = 1, max_count = 2 }
user_pools  = { apps = { min_count = 1, max_count = 4 } }

# Workflows push only to production's registries, and Argo CD here runs what main names. In production,
# `terraform output production_registry_id` prints the id.
registries            = null
pull_from_registry_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop-production/providers/Microsoft.ContainerRegistry/registries/crshopproductionprd000000"

network = {
  address_space = "10.42.0.0/16"
  node_subnet   = "10.42.0.0/24"
}

monitoring = {
  retention_days = 30
  daily_quota_gb = 1
}

azure_policy = false
