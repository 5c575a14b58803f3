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

run "main_accepts_only_reviewed_and_checked_changes" {
  command = plan

  assert {
    condition     = github_repository_ruleset.review.enforcement == "active" && github_repository_ruleset.review.conditions[0].ref_name[0].include == tolist(["~DEFAULT_BRANCH"])
    error_message = "main is not protected"
  }

  assert {
    condition = (
      github_repository_ruleset.review.rules[0].pull_request[0].required_approving_review_count == 1 &&
      github_repository_ruleset.review.rules[0].pull_request[0].dismiss_stale_reviews_on_push &&
      github_repository_ruleset.review.rules[0].pull_request[0].require_last_push_approval
    )
    error_message = "a change can reach main without a review"
  }

  assert {
    condition     = toset(github_repository_ruleset.review.rules[0].required_status_checks[0].required_check[*].context) == toset(var.main.required_checks) && github_repository_ruleset.review.rules[0].required_status_checks[0].strict_required_status_checks_policy
    error_message = "a change can reach main without checks on the newest commit"
  }

  assert {
    condition     = alltrue([for check in github_repository_ruleset.review.rules[0].required_status_checks[0].required_check : check.integration_id == 15368])
    error_message = "an App other than GitHub Actions could report a check"
  }
}

run "nobody_can_rewrite_history" {
  command = plan

  assert {
    condition     = github_repository_ruleset.history.rules[0].non_fast_forward == true && github_repository_ruleset.history.rules[0].deletion == true && length(github_repository_ruleset.history.bypass_actors) == 0
    error_message = "somebody can force-push or delete main"
  }
}

run "the_release_app_bypasses_only_the_review" {
  command = plan

  assert {
    condition     = [for actor in github_repository_ruleset.review.bypass_actors : "${actor.actor_type} ${actor.actor_id}"] == ["Integration 123456"]
    error_message = "others than the release App can bypass the review"
  }

  assert {
    condition     = length(github_repository_ruleset.tags_stay.bypass_actors) == 0 && [for actor in github_repository_ruleset.tags_release.bypass_actors : actor.actor_type] == ["Team"]
    error_message = "the App can do more than commit"
  }

  assert {
    condition     = github_actions_variable.this["RELEASE_APP_CLIENT_ID"].value == "Iv23liExampleExample"
    error_message = "deploy.yml does not know the App, and would commit with a token that the rules refuse"
  }
}

# A machine account's token is not the App's, so it needs a bypass of its own.
run "a_machine_account_releases_as_a_member_of_its_team" {
  command = plan

  variables {
    release_app          = null
    release_bot_team_ids = [33]
    settings             = { publishes_actions = true }
  }

  assert {
    condition     = [for rules in [github_repository_ruleset.review, github_repository_ruleset.major_tags_stay] : [for actor in rules.bypass_actors : "${actor.actor_type} ${actor.actor_id}"]] == [["Team 33"], ["Team 33"]]
    error_message = "the account cannot commit, or cannot move v1"
  }

  assert {
    condition     = !contains(output.variables, "RELEASE_APP_CLIENT_ID")
    error_message = "deploy.yml would sign in as an App that does not exist"
  }
}

run "a_version_tag_is_created_by_release_teams_and_immutable" {
  command = plan

  assert {
    condition     = github_repository_ruleset.tags_release.rules[0].creation == true && github_repository_ruleset.tags_stay.rules[0].update == true && github_repository_ruleset.tags_stay.rules[0].deletion == true
    error_message = "anybody can create a version tag, or it can be moved"
  }

  assert {
    condition     = alltrue([for rules in [github_repository_ruleset.tags_stay, github_repository_ruleset.tags_release] : rules.enforcement == "active" && rules.conditions[0].ref_name[0].include == tolist(["refs/tags/v*.*.*"]) && length(rules.conditions[0].ref_name[0].exclude) == 0])
    error_message = "not all version tags are protected"
  }
}

run "major_version_tags_are_blocked_unless_actions_are_published" {
  command = plan

  assert {
    condition     = github_repository_ruleset.major_tags_stay.rules[0].update == true && github_repository_ruleset.major_tags_stay.rules[0].deletion == true && github_repository_ruleset.major_tags_begin.rules[0].creation == true
    error_message = "anybody can create or move v1"
  }

  assert {
    condition     = alltrue([for rules in [github_repository_ruleset.major_tags_stay, github_repository_ruleset.major_tags_begin] : rules.enforcement == "active" && rules.conditions[0].ref_name[0].include == tolist(["refs/tags/v*"]) && rules.conditions[0].ref_name[0].exclude == tolist(["refs/tags/v*.*.*"])])
    error_message = "no rule protects a tag v*, or this one also matches version tags"
  }

  assert {
    condition     = length(github_repository_ruleset.major_tags_stay.bypass_actors) == 0 && [for actor in github_repository_ruleset.major_tags_begin.bypass_actors : "${actor.actor_type} ${actor.actor_id}"] == ["Team 11"]
    error_message = "v1 can be moved although nothing needs to"
  }
}

# Every job of the workflows runs what v1 points to: anyone who can move it could release anything.
run "only_the_release_app_moves_a_floating_tag" {
  command = plan

  variables {
    settings = { publishes_actions = true }
  }

  assert {
    condition     = [for actor in github_repository_ruleset.major_tags_stay.bypass_actors : "${actor.actor_type} ${actor.actor_id}"] == ["Integration 123456"] && github_actions_variable.this["MAJOR_TAG"].value == "true"
    error_message = "deploy.yml could not move v1, or others could"
  }

  assert {
    condition     = toset([for actor in github_repository_ruleset.major_tags_begin.bypass_actors : "${actor.actor_type} ${actor.actor_id}"]) == toset(["Integration 123456", "Team 11"])
    error_message = "nobody can create the first v1, or anybody can"
  }

  assert {
    condition     = github_repository_ruleset.tags_stay.conditions[0].ref_name[0].include == tolist(["refs/tags/v*.*.*"])
    error_message = "version tags could be moved as well"
  }
}

run "registries_are_reached_from_main_and_version_tags_only" {
  command = plan

  assert {
    # As JSON, where null is null whatever its type.
    condition = jsonencode(output.environments) == jsonencode({
      staging    = { branch = "main", tag = null }
      production = { branch = null, tag = "v*.*.*" }
      plan       = { branch = "main", tag = null }
    })
    error_message = "other refs can use an environment"
  }

  assert {
    condition     = alltrue([for environment in github_repository_environment.this : environment.can_admins_bypass == false && environment.deployment_branch_policy[0].custom_branch_policies && !environment.deployment_branch_policy[0].protected_branches])
    error_message = "administrators can bypass an environment's rules, or any protected branch can use it"
  }
}

run "production_waits_for_another_reviewer" {
  command = plan

  assert {
    condition     = github_repository_environment.this["production"].reviewers[0].teams == toset([22]) && github_repository_environment.this["production"].prevent_self_review == true
    error_message = "a tag alone releases"
  }

  assert {
    condition     = length(github_repository_environment.this["staging"].reviewers) == 0
    error_message = "every merge would wait for a reviewer"
  }
}

run "each_environment_has_its_own_identity" {
  command = plan

  assert {
    condition = { for name, variable in github_actions_environment_variable.client_id : variable.environment => "${variable.variable_name}=${variable.value}" } == {
      staging    = "AZURE_CLIENT_ID=33333333-0000-0000-0000-333333333333"
      production = "AZURE_CLIENT_ID=44444444-0000-0000-0000-444444444444"
      plan       = "AZURE_CLIENT_ID=55555555-0000-0000-0000-555555555555"
    }
    error_message = "an environment has the identity of another one"
  }

  assert {
    condition     = !contains(output.variables, "AZURE_CLIENT_ID")
    error_message = "jobs without an environment would sign in too"
  }
}

run "workflows_get_the_outputs_of_the_platform" {
  command = plan

  assert {
    condition = { for name, variable in github_actions_variable.this : name => variable.value } == {
      RELEASE_APP_CLIENT_ID = "Iv23liExampleExample"
      STAGING_REGISTRY      = "staging.example.com"
      PRODUCTION_REGISTRY   = "production.example.com"
      AZURE_TENANT_ID       = "96eb6052-7321-438f-b739-72167f75534c"
      AZURE_SUBSCRIPTION_ID = "8c880c6a-8653-4c26-9943-fc4947198176"
    }
    error_message = "the variables do not match the platform"
  }
}

run "settings_become_variables" {
  command = plan

  variables {
    platform = null
    settings = { base_image = "node:24-slim", buildkit_image = "mirror.example/buildkit:v1", build_image = "node:24", promote = "require", attestations = true, runs_on = "my-runners", staging_username = "shop", production_username = "store", publishes_actions = true }
  }

  assert {
    condition = { for name, variable in github_actions_variable.this : name => variable.value } == {
      RELEASE_APP_CLIENT_ID = "Iv23liExampleExample"
      BASE_IMAGE            = "node:24-slim"
      BUILDKIT_IMAGE        = "mirror.example/buildkit:v1"
      BUILD_IMAGE           = "node:24"
      PROMOTE               = "require"
      ATTESTATIONS          = "true"
      RUNS_ON               = "my-runners"
      STAGING_USERNAME      = "shop"
      PRODUCTION_USERNAME   = "store"
      MAJOR_TAG             = "true"
    }
    error_message = "the variables do not match the settings"
  }

  # GitHub drops a job output that contains the text of a secret, and image names often contain the registry's user.
  assert {
    condition     = alltrue([for name in keys(output.secrets) : !endswith(name, "_USERNAME")])
    error_message = "a registry's user is a secret"
  }
}

run "subjects_are_those_that_entra_trusts" {
  command = plan

  assert {
    condition     = output.oidc_subjects["production"] == "repo:my-org/my-repository:environment:production"
    error_message = "Entra trusts another subject"
  }
}

run "subjects_contain_the_ids_that_tokens_contain" {
  command = plan

  variables {
    repository_ids = { owner = 1234567, repository = 1309247986 }
  }

  assert {
    condition     = output.oidc_subjects["production"] == "repo:my-org@1234567/my-repository@1309247986:environment:production"
    error_message = "Entra trusts another subject"
  }
}

run "a_workflow_has_read_access_by_default" {
  command = plan

  assert {
    condition     = github_workflow_repository_permissions.this.default_workflow_permissions == "read" && github_workflow_repository_permissions.this.can_approve_pull_request_reviews == false
    error_message = "a workflow can write or approve by default"
  }
}

run "argo_cd_can_only_read_a_private_repository" {
  command = plan

  variables {
    deploy_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExam argocd"
  }

  assert {
    condition     = github_repository_deploy_key.argocd[0].read_only == true
    error_message = "Argo CD can write"
  }
}

run "the_rules_are_applied" {
  command = apply

  assert {
    condition     = keys(output.environment_variables) == ["plan", "production", "staging"]
    error_message = "an environment is missing"
  }
}
