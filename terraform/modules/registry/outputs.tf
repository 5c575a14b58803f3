output "id" {
  description = "Id of the registry."
  value       = azurerm_container_registry.this.id
}

output "login_server" {
  description = "Host of the registry: what STAGING_REGISTRY or PRODUCTION_REGISTRY is set to."
  value       = azurerm_container_registry.this.login_server
}
