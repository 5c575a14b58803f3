terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
      # The first version with the zone-redundant NAT gateway.
      version = ">= 4.73.0, < 5.0.0"
    }
  }
}
