# Names follow the abbreviations of the Cloud Adoption Framework:
# https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-abbreviations
locals {
  base = "${var.workload}-${var.environment}"

  # Registry names have letters and digits only, and must be unique in Azure.
  suffix   = substr(sha256("${var.unique_to}/${local.base}"), 0, 6)
  registry = "${var.workload}${var.environment}"

  names = {
    resource_group      = "rg-${local.base}"
    node_resource_group = "rg-${local.base}-nodes"
    virtual_network     = "vnet-${local.base}"
    node_subnet         = "snet-${local.base}-nodes"
    security_group      = "nsg-${local.base}-nodes"
    nat_gateway         = "ng-${local.base}"
    public_ip           = "pip-${local.base}-egress"
    cluster             = "aks-${local.base}"
    workspace           = "log-${local.base}"
    collection_rule     = "dcr-${local.base}"
    action_group        = "ag-${local.base}"
    identity            = "id-${local.base}"
    registry_staging    = "cr${local.registry}stg${local.suffix}"
    registry_production = "cr${local.registry}prd${local.suffix}"
  }

  tags = merge(var.tags, {
    workload    = var.workload
    environment = var.environment
    managed-by  = "terraform"
  })
}
