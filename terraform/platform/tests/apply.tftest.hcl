# Applied with generated values for what Azure assigns. terraform/test/plan.real.test.ts tests in detail what a second
# plan changes.
mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      subscription_id = "8c880c6a-8653-4c26-9943-fc4947198176"
      tenant_id       = "96eb6052-7321-438f-b739-72167f75534c"
    }
  }

  mock_resource "azurerm_kubernetes_cluster" {
    defaults = {
      id                         = "/stub/cluster"
      current_kubernetes_version = "1.37.2"
      oidc_issuer_url            = "https://issuer.example.com/"
    }
  }
}

variables {
  environment = "production"
  access = {
    cluster_admin_group_ids  = ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
    cluster_reader_group_ids = ["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]
  }
  api_server = { authorized_ip_ranges = ["203.0.113.0/24"] }
  github     = { repository = "my-org/my-repository" }
  monitoring = { alert_emails = ["on-call@example.com"] }
}

run "the_whole_platform_is_applied" {
  command = apply

  assert {
    condition     = output.cluster.name == "aks-shop-production" && keys(output.registries) == ["production", "staging"] && length(output.alerts) == 6
    error_message = "the outputs are not those of the platform"
  }
}

run "applying_it_again_changes_nothing" {
  command = plan

  assert {
    condition     = output.cluster == run.the_whole_platform_is_applied.cluster && output.egress_ip == run.the_whole_platform_is_applied.egress_ip
    error_message = "a second plan has other values than the first apply"
  }
}
