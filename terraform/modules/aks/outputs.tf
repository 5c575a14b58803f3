output "id" {
  description = "Id of the cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "name" {
  description = "Name of the cluster."
  value       = azurerm_kubernetes_cluster.this.name
}

output "oidc_issuer_url" {
  description = "Issuer of the service accounts' tokens, for workload identities."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "pool_bounds" {
  description = "Minimum and maximum number of nodes of each pool."
  value       = { for name, pool in local.pools : name => { min = pool.min_count, max = pool.max_count } }
}

output "api_allowed_from" {
  description = "Addresses that can reach the Kubernetes API, including those of the nodes; empty if only the network can."
  value       = toset(flatten(azurerm_kubernetes_cluster.this.api_server_access_profile[*].authorized_ip_ranges[*]))
}
