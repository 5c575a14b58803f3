# Inputs that the root rejects.
mock_provider "github" {}

variables {
  repository       = "my-org/my-repository"
  release_app      = { id = 123456, client_id = "Iv23liExampleExample" }
  release_team_ids = [11]
  environments = {
    production = { reviewer_team_ids = [22] }
  }
  platform = {
    tenant_id           = "96eb6052-7321-438f-b739-72167f75534c"
    subscription_id     = "8c880c6a-8653-4c26-9943-fc4947198176"
    staging_registry    = "staging.example.com"
    production_registry = "production.example.com"
    client_ids = {
      staging    = "33333333-0000-0000-0000-333333333333"
      production = "44444444-0000-0000-0000-444444444444"
      plan       = "55555555-0000-0000-0000-555555555555"
    }
    environments = { staging = "staging", production = "production", plan = "plan" }
  }
}

run "a_repository_without_owner_is_refused" {
  command = plan

  variables {
    repository = "my-repository"
  }

  expect_failures = [var.repository]
}

run "an_invalid_id_is_refused" {
  command = plan

  variables {
    repository_ids = { owner = 1234567, repository = -1 }
  }

  expect_failures = [var.repository_ids]
}

run "a_main_without_review_is_refused" {
  command = plan

  variables {
    main = { approvals = 0 }
  }

  expect_failures = [var.main]
}

run "a_main_without_checks_is_refused" {
  command = plan

  variables {
    main = { required_checks = [] }
  }

  expect_failures = [var.main]
}

run "an_invalid_app_is_refused" {
  command = plan

  variables {
    release_app = { id = 0, client_id = "Iv23liExampleExample" }
  }

  expect_failures = [var.release_app]
}

run "an_app_without_a_client_id_is_refused" {
  command = plan

  variables {
    release_app = { id = 123456, client_id = "123456" }
  }

  expect_failures = [var.release_app]
}

run "a_main_that_no_release_can_reach_is_refused" {
  command = plan

  variables {
    release_app = null
  }

  expect_failures = [var.release_app]
}

run "a_repository_that_nobody_releases_is_refused" {
  command = plan

  variables {
    release_team_ids = []
  }

  expect_failures = [var.release_team_ids]
}

run "a_production_without_reviewer_is_refused" {
  command = plan

  variables {
    environments = { production = {} }
  }

  expect_failures = [var.environments]
}

run "more_reviewers_than_github_allows_are_refused" {
  command = plan

  variables {
    environments = { production = { reviewer_user_ids = [1, 2, 3, 4, 5, 6, 7] } }
  }

  expect_failures = [var.environments]
}

run "a_wait_of_two_months_is_refused" {
  command = plan

  variables {
    environments = { production = { reviewer_team_ids = [22], wait_minutes = 90000 } }
  }

  expect_failures = [var.environments]
}

run "one_registry_for_both_is_refused" {
  command = plan

  variables {
    platform = {
      tenant_id           = "a"
      subscription_id     = "b"
      staging_registry    = "production.example.com"
      production_registry = "production.example.com"
      client_ids          = { staging = "1", production = "2", plan = "3" }
      environments        = { staging = "staging", production = "production", plan = "plan" }
    }
  }

  expect_failures = [var.platform]
}

run "one_identity_for_two_is_refused" {
  command = plan

  variables {
    platform = {
      tenant_id           = "a"
      subscription_id     = "b"
      staging_registry    = "staging.example.com"
      production_registry = "production.example.com"
      client_ids          = { staging = "1", production = "1", plan = "3" }
      environments        = { staging = "staging", production = "production", plan = "plan" }
    }
  }

  expect_failures = [var.platform]
}

run "an_unknown_promote_mode_is_refused" {
  command = plan

  variables {
    settings = { promote = "always" }
  }

  expect_failures = [var.settings]
}

run "a_private_key_as_the_public_one_is_refused" {
  command = plan

  variables {
    deploy_key = "-----BEGIN OPENSSH PRIVATE KEY-----"
  }

  expect_failures = [var.deploy_key]
}
