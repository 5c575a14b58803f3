output "cluster" {
  description = "Name, resource group and service account issuer of the cluster. The root bootstrap finds it by its name."
  value = {
    name            = module.aks.name
    resource_group  = azurerm_resource_group.this.name
    oidc_issuer_url = module.aks.oidc_issuer_url
  }
}

output "registries" {
  description = "Host of each registry; empty if the cluster pulls from another environment's registry."
  value       = { for name, registry in module.registry : name => registry.login_server }
}

output "production_registry_id" {
  description = "Id of the registry that releases are pushed to: `pull_from_registry_id` of the environments without registries. null in those."
  value       = var.registries == null ? null : module.registry["production"].id
}

output "egress_ip" {
  description = "The IP address of all outbound traffic of the cluster."
  value       = module.network.egress_ip
}

output "alerts" {
  description = "Names of the alerts."
  value       = module.monitoring.alerts
}

output "github" {
  description = "Input of the root github, as its variable platform; null without GitHub. See docs/deploy-to-azure.md, step 5."
  value = var.github == null ? null : {
    tenant_id           = data.azurerm_client_config.current.tenant_id
    subscription_id     = data.azurerm_client_config.current.subscription_id
    staging_registry    = module.registry["staging"].login_server
    production_registry = module.registry["production"].login_server
    client_ids          = { for name, identity in module.identity.github : name => identity.client_id }
    environments        = var.github.environments
  }
}
