terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    github = {
      source  = "integrations/github"
      version = "6.9.0"
    }
  }

  # Configured in environments/github.tfbackend
  backend "azurerm" {}
}

# Signs in with GITHUB_TOKEN, or as a GitHub App with GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PEM_FILE.
# It needs write access to Administration, Environments and Variables of this repository.
provider "github" {
  owner = split("/", var.repository)[0]
}
