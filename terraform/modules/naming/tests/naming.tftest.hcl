variables {
  workload    = "shop"
  environment = "production"
  unique_to   = "11111111-1111-1111-1111-111111111111"
}

run "names_contain_workload_and_environment" {
  command = plan

  assert {
    condition     = output.names.cluster == "aks-shop-production" && output.names.resource_group == "rg-shop-production"
    error_message = "names do not consist of abbreviation, workload and environment"
  }

  assert {
    condition     = length(distinct(values(output.names))) == length(output.names)
    error_message = "two resources have the same name"
  }
}

run "registry_names_are_letters_and_digits" {
  command = plan

  assert {
    condition     = alltrue([for name in [output.names.registry_staging, output.names.registry_production] : can(regex("^[a-z0-9]{5,50}$", name))])
    error_message = "a registry's name is invalid"
  }
}

run "registry_names_differ_in_another_subscription" {
  command = plan

  variables {
    unique_to = "22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition     = output.names.registry_staging != run.registry_names_are_letters_and_digits.names.registry_staging
    error_message = "two subscriptions would get the same registry name"
  }
}

run "longest_names_are_within_azures_limits" {
  command = plan

  variables {
    workload    = "twelveletter"
    environment = "tenletters"
  }

  assert {
    condition     = length(output.names.cluster) <= 63 && length(output.names.node_resource_group) <= 80 && length(output.names.registry_production) <= 50
    error_message = "a name is longer than Azure allows"
  }

  assert {
    # The control plane's DNS prefix is the cluster's name.
    condition     = length(output.names.cluster) <= 54
    error_message = "the cluster's DNS prefix is longer than Azure allows"
  }
}

run "tags_say_where_a_resource_comes_from" {
  command = plan

  variables {
    tags = { owner = "platform-team", managed-by = "hand" }
  }

  assert {
    condition     = output.tags == { owner = "platform-team", workload = "shop", environment = "production", managed-by = "terraform" }
    error_message = "the tags are not the given ones and the fixed ones, which cannot be replaced"
  }
}

run "a_workload_with_capitals_is_refused" {
  command = plan

  variables {
    workload = "Shop"
  }

  expect_failures = [var.workload]
}

run "an_environment_that_is_too_long_is_refused" {
  command = plan

  variables {
    environment = "preproduction"
  }

  expect_failures = [var.environment]
}

run "a_tag_that_azure_does_not_accept_is_refused" {
  command = plan

  variables {
    tags = { "cost/center" = "shop" }
  }

  expect_failures = [var.tags]
}
