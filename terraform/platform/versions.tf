terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "4.73.0"
    }
  }

  # Each environment's file says where: environments/NAME.platform.tfbackend
  backend "azurerm" {}
}

# The subscription comes from ARM_SUBSCRIPTION_ID, the sign-in from the Azure CLI or, in a workflow, from OIDC.
provider "azurerm" {
  storage_use_azuread = true

  # Done once, by somebody who may; docs/deploy-to-azure.md, step 1. The identity that plans may not.
  resource_provider_registrations = "none"

  features {
    resource_group {
      # Something that Terraform did not make is somebody's: ask before it goes.
      prevent_deletion_if_contains_resources = true
    }
  }
}
