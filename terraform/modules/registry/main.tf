locals {
  premium = var.sku == "Premium"
}

resource "azurerm_container_registry" "this" {
  # checkov:skip=CKV_AZURE_139:GitHub's own runners push here and have no fixed addresses; who may push and pull is decided by Entra alone
  # checkov:skip=CKV_AZURE_163:Images are scanned in build.yml before they can be released; Defender for Containers is a subscription's decision
  # checkov:skip=CKV_AZURE_164:Docker content trust is retired; charts name images by digest and build provenance is attested
  # checkov:skip=CKV_AZURE_165:One region is enough until a second is wanted: replica_locations
  # checkov:skip=CKV_AZURE_166:Quarantine holds every push back until something releases it; the scan in build.yml comes before promotion instead
  # checkov:skip=CKV_AZURE_233:Azure keeps a registry of any tier in every zone where the region has them; checkov does not follow the variable
  # checkov:skip=CKV_AZURE_237:Dedicated data endpoints serve firewalls that allow by host name; nothing here does
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = var.sku
  tags                = var.tags

  # The only ways in are Entra identities with a role.
  admin_enabled          = false
  anonymous_pull_enabled = false

  # Azure does so for every tier where the region has zones, asked or not, and the provider takes true with Premium alone:
  # https://learn.microsoft.com/azure/container-registry/zone-redundancy
  zone_redundancy_enabled  = var.zone_redundant
  retention_policy_in_days = var.untagged_retention_days

  dynamic "georeplications" {
    # Azure returns them in this order, and another one would be a difference at every plan.
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
      error_message = "zone_redundant: the provider takes true with Premium alone; set it to false. Azure keeps a ${var.sku} registry in every zone by itself where the region has zones."
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
      error_message = "replica_locations: ${var.location} is the registry's own region; name others only."
    }
  }
}
