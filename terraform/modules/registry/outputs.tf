output "id" {
  description = "Id of the registry."
  value       = azurerm_container_registry.this.id
}

output "login_server" {
  description = "Host of the registry: the value of STAGING_REGISTRY or PRODUCTION_REGISTRY."
  value       = azurerm_container_registry.this.login_server
}
