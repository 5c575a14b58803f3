mock_provider "azurerm" {}

variables {
  resource_group_name = "rg-shop-test"
  location            = "westeurope"
  name                = "id-shop-test"
  tags                = {}
}

run "nobody_signs_in_from_github_unless_named" {
  command = plan

  assert {
    condition     = length(azurerm_user_assigned_identity.github) == 0 && length(azurerm_federated_identity_credential.github) == 0
    error_message = "GitHub is trusted although it is not configured"
  }
}

# terraform-azurerm-aks and others let AKS create the kubelet's identity, whose roles then come too late:
# Azure/AKS#1349, #1428
run "the_kubelet_has_an_identity_before_the_cluster_exists" {
  command = plan

  assert {
    condition     = azurerm_user_assigned_identity.kubelet.name != azurerm_user_assigned_identity.cluster.name
    error_message = "nodes and control plane share an identity, and so their roles"
  }
}

run "a_token_is_trusted_by_its_environment" {
  command = plan

  variables {
    github = {
      repository   = "my-org/my-repository"
      environments = { staging = "staging", production = "live" }
    }
  }

  assert {
    condition = { for name, credential in azurerm_federated_identity_credential.github : name => credential.subject } == {
      staging    = "repo:my-org/my-repository:environment:staging"
      production = "repo:my-org/my-repository:environment:live"
    }
    error_message = "the subjects are not those of jobs in the environments"
  }

  assert {
    condition     = alltrue([for credential in azurerm_federated_identity_credential.github : !strcontains(credential.subject, "pull_request") && !strcontains(credential.subject, ":ref:")])
    error_message = "a pull request or any branch could sign in"
  }

  assert {
    condition     = alltrue([for credential in azurerm_federated_identity_credential.github : credential.issuer == "https://token.actions.githubusercontent.com" && credential.audience == tolist(["api://AzureADTokenExchange"])])
    error_message = "tokens of other issuers would be trusted"
  }
}

# GitHub's tokens contain ids in repositories created, renamed or transferred since 15 July 2026: Azure/login#617,
# Azure/azure-dev#9382
run "a_token_that_contains_ids_is_trusted_by_them" {
  command = plan

  variables {
    github = {
      repository    = "my-org/my-repository"
      owner_id      = 1234567
      repository_id = 1309247986
      environments  = { staging = "staging", production = "live" }
    }
  }

  assert {
    condition = { for name, credential in azurerm_federated_identity_credential.github : name => credential.subject } == {
      staging    = "repo:my-org@1234567/my-repository@1309247986:environment:staging"
      production = "repo:my-org@1234567/my-repository@1309247986:environment:live"
    }
    error_message = "the subjects are not those of jobs in the environments of such a repository"
  }
}

run "one_id_without_the_other_is_refused" {
  command = plan

  variables {
    github = { repository = "my-org/my-repository", owner_id = 1234567, environments = {} }
  }

  expect_failures = [var.github]
}

run "an_invalid_id_is_refused" {
  command = plan

  variables {
    github = { repository = "my-org/my-repository", owner_id = 1.5, repository_id = 0, environments = {} }
  }

  expect_failures = [var.github]
}

run "two_identities_in_one_environment_are_refused" {
  command = plan

  variables {
    github = {
      repository   = "my-org/my-repository"
      environments = { staging = "deploy", production = "deploy" }
    }
  }

  expect_failures = [var.github]
}

run "a_repository_without_owner_is_refused" {
  command = plan

  variables {
    github = { repository = "my-repository", environments = {} }
  }

  expect_failures = [var.github]
}

run "an_environment_with_a_wildcard_is_refused" {
  command = plan

  variables {
    github = { repository = "my-org/my-repository", environments = { staging = "*" } }
  }

  expect_failures = [var.github]
}
