# Inputs that the root rejects.
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}

mock_provider "azuread" {
  source = "./tests/mocks/azuread"
}

mock_provider "helm" {}

variables {
  environment = "production"
  argocd = {
    administrator_group_ids = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
    deployer_group_ids      = ["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]
    viewer_group_ids        = ["cccccccc-cccc-cccc-cccc-cccccccccccc"]
  }
  repository = { url = "https://github.com/my-org/my-repository.git" }
}

run "an_environment_with_capitals_is_refused" {
  command = plan

  variables {
    environment = "Production"
  }

  expect_failures = [var.environment]
}

run "a_password_as_login_is_refused" {
  command = plan

  variables {
    login = "spn"
  }

  expect_failures = [var.login]
}

run "a_range_of_chart_versions_is_refused" {
  command = plan

  variables {
    argocd = { administrator_group_ids = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"], chart_version = "~> 10.1" }
  }

  expect_failures = [var.argocd]
}

run "an_address_without_encryption_is_refused" {
  command = plan

  variables {
    argocd = { administrator_group_ids = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"], url = "http://argocd.example.com" }
  }

  expect_failures = [var.argocd]
}

run "an_installation_without_administrators_is_refused" {
  command = plan

  variables {
    argocd = { administrator_group_ids = [] }
  }

  expect_failures = [var.argocd]
}

run "a_group_by_its_name_is_refused" {
  command = plan

  variables {
    argocd = { administrator_group_ids = ["administrators"] }
  }

  expect_failures = [var.argocd]
}

run "a_password_in_the_repositorys_address_is_refused" {
  command = plan

  variables {
    repository = { url = "https://user:password@github.com/my-org/my-repository.git" }
  }

  expect_failures = [var.repository]
}

run "a_repository_without_encryption_is_refused" {
  command = plan

  variables {
    repository = { url = "http://github.com/my-org/my-repository.git" }
  }

  expect_failures = [var.repository]
}

run "values_that_are_not_a_map_are_refused" {
  command = plan

  variables {
    shop_values = "replicas=6"
  }

  expect_failures = [var.shop_values]
}
