# Production: the defaults are for it. These are the values that are specific to you; replace all of them.
environment = "production"

tags = {
  owner       = "platform-team"
  cost-center = "shop"
}

access = {
  cluster_admin_group_ids  = ["5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11"] # platform-administrators
  cluster_reader_group_ids = ["a1d9c0de-3b52-4c8e-b1f7-6a0e5c9d2f40"] # shop-developers
}

# The addresses that your administrators work from. These are reserved for documentation (RFC 5737), so that nobody gets
# access by mistake.
api_server = {
  authorized_ip_ranges = ["203.0.113.0/24"]
}

github = {
  repository = "gitops-actions/gitops-actions"
}

monitoring = {
  retention_days = 90
  alert_emails   = ["on-call@example.com"]
}
