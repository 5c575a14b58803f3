locals {
  premium = var.sku == "Premium"
}

resource "azurerm_container_registry" "this" {
  # checkov:skip=CKV_AZURE_139:GitHub-hosted runners push here and have no fixed addresses; only Entra decides who can push and pull
  # checkov:skip=CKV_AZURE_163:Images are scanned in build.yml before they can be released; Defender for Containers is enabled per subscription
  # checkov:skip=CKV_AZURE_164:Docker content trust is retired; charts name images by digest and build provenance is attested
  # checkov:skip=CKV_AZURE_165:One region is the default; replica_locations adds others
  # checkov:skip=CKV_AZURE_166:Quarantine would block every push until it is released; instead build.yml scans before promotion
  # checkov:skip=CKV_AZURE_233:Azure keeps a registry of any tier in every zone of the region; checkov does not follow the variable
  # checkov:skip=CKV_AZURE_237:Dedicated data endpoints serve firewalls that allow by host name; nothing here does
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = var.sku
  tags                = var.tags

  # Only Entra identities with a role have access.
  admin_enabled          = false
  anonymous_pull_enabled = false

  # Azure does so for every tier if the region has zones, and the provider accepts true for Premium only:
  # https://learn.microsoft.com/azure/container-registry/zone-redundancy
  zone_redundancy_enabled  = var.zone_redundant
  retention_policy_in_days = var.untagged_retention_days

  dynamic "georeplications" {
    # Azure returns them in this order; any other would be a difference in every plan.
    for_each = sort(var.replica_locations)

    content {
      location                = georeplications.value
      zone_redundancy_enabled = var.zone_redundant
      tags                    = var.tags
    }
  }

  lifecycle {
    precondition {
      condition     = local.premium || !var.zone_redundant
      error_message = "zone_redundant: the provider accepts true for Premium only; set it to false. If the region has zones, Azure keeps a ${var.sku} registry in all of them."
    }

    precondition {
      condition     = local.premium || length(var.replica_locations) == 0
      error_message = "replica_locations: a ${var.sku} registry cannot be replicated; set sku = \"Premium\" or leave replica_locations empty."
    }

    precondition {
      condition     = local.premium || var.untagged_retention_days == null
      error_message = "untagged_retention_days: a ${var.sku} registry has no retention; set sku = \"Premium\" or leave it out."
    }

    precondition {
      condition     = !contains(var.replica_locations, var.location)
      error_message = "replica_locations: ${var.location} is the registry's own region; name only others."
    }
  }
}
