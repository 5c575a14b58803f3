terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "4.73.0"
    }
  }

  # Configured per environment: environments/NAME.platform.tfbackend
  backend "azurerm" {}
}

# The subscription is in ARM_SUBSCRIPTION_ID; the sign-in is the Azure CLI's or, in a workflow, OIDC.
provider "azurerm" {
  storage_use_azuread = true

  # Done once by hand: docs/deploy-to-azure.md, step 1. The identity that plans has no permission to.
  resource_provider_registrations = "none"

  features {
    resource_group {
      # Never delete resources that Terraform did not create.
      prevent_deletion_if_contains_resources = true
    }
  }
}
