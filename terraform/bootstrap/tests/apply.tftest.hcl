# Applied with generated values for what Entra assigns.
mock_provider "azurerm" {
  source = "./tests/mocks/azurerm"
}

mock_provider "azuread" {
  mock_resource "azuread_application" {
    defaults = {
      id        = "/applications/66666666-6666-6666-6666-666666666666"
      client_id = "77777777-7777-7777-7777-777777777777"
    }
  }
}

mock_provider "helm" {}

variables {
  environment = "production"
  argocd = {
    administrator_group_ids = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
    deployer_group_ids      = ["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]
    viewer_group_ids        = ["cccccccc-cccc-cccc-cccc-cccccccccccc"]
  }
  repository = { url = "git@github.com:my-org/my-repository.git" }
}

run "the_whole_bootstrap_is_applied" {
  command = apply

  assert {
    condition     = output.sign_in_client_id == "77777777-7777-7777-7777-777777777777"
    error_message = "the outputs are not those of the bootstrap"
  }
}

run "applying_it_again_changes_nothing" {
  command = plan

  assert {
    condition     = output.sign_in_client_id == run.the_whole_bootstrap_is_applied.sign_in_client_id && helm_release.root.description != ""
    error_message = "a second plan has other values than the first apply"
  }
}
