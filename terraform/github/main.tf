locals {
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]

  # The first part of a token's subject: https://docs.github.com/actions/reference/security/oidc#immutable-subject-claims
  subject = var.repository_ids == null ? "repo:${var.repository}" : "repo:${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}"

  # deploy.yml runs for these.
  version_tags = "v*.*.*"

  # Whose token deploy.yml commits with: https://docs.github.com/rest/repos/rules#create-a-repository-ruleset, bypass_actors
  releaser = concat(
    [for app in var.release_app[*] : { id = app.id, type = "Integration" }],
    [for id in var.release_bot_team_ids : { id = id, type = "Team" }],
  )
  release_teams = [for id in var.release_team_ids : { id = id, type = "Team" }]

  # v1, which other repositories run, moves with each release of a repository that publishes actions.
  moves_major_tags  = var.settings.publishes_actions ? local.releaser : []
  begins_major_tags = concat(local.release_teams, local.moves_major_tags)
}

# History is nobody's to rewrite, and no one is exempt.
resource "github_repository_ruleset" "history" {
  name        = "main: history stays"
  repository  = local.name
  target      = "branch"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["~DEFAULT_BRANCH"]
      exclude = []
    }
  }

  rules {
    deletion         = true
    non_fast_forward = true
  }
}

# Changes come by pull request, reviewed and checked. The release's commit is the one exception.
resource "github_repository_ruleset" "review" {
  name        = "main: reviewed changes only"
  repository  = local.name
  target      = "branch"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["~DEFAULT_BRANCH"]
      exclude = []
    }
  }

  dynamic "bypass_actors" {
    for_each = local.releaser

    content {
      actor_id    = bypass_actors.value.id
      actor_type  = bypass_actors.value.type
      bypass_mode = "always"
    }
  }

  rules {
    creation = true
    update   = false

    pull_request {
      required_approving_review_count   = var.main.approvals
      require_code_owner_review         = var.main.code_owner_review
      dismiss_stale_reviews_on_push     = true
      require_last_push_approval        = true
      required_review_thread_resolution = true
    }

    required_status_checks {
      strict_required_status_checks_policy = true

      dynamic "required_check" {
        for_each = var.main.required_checks

        content {
          context = required_check.value
          # GitHub Actions, so that no other App can report this check: https://api.github.com/apps/github-actions
          integration_id = 15368
        }
      }
    }
  }
}

# What a version is does not change once it is said.
resource "github_repository_ruleset" "tags_stay" {
  name        = "version tags: stay as they are"
  repository  = local.name
  target      = "tag"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["refs/tags/${local.version_tags}"]
      exclude = []
    }
  }

  rules {
    update           = true
    deletion         = true
    non_fast_forward = true
  }
}

resource "github_repository_ruleset" "tags_release" {
  name        = "version tags: only who may release"
  repository  = local.name
  target      = "tag"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["refs/tags/${local.version_tags}"]
      exclude = []
    }
  }

  dynamic "bypass_actors" {
    for_each = local.release_teams

    content {
      actor_id    = bypass_actors.value.id
      actor_type  = bypass_actors.value.type
      bypass_mode = "always"
    }
  }

  rules {
    creation = true
  }
}

# The workflows take this project's actions by the tag of a major version. Who moves it decides what every job runs, those with the secrets of
# production too; so neither people nor a job's own token may, which any branch's workflow has.
resource "github_repository_ruleset" "major_tags_stay" {
  name        = "tags of major versions: moved by the release alone"
  repository  = local.name
  target      = "tag"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["refs/tags/v*"]
      exclude = ["refs/tags/${local.version_tags}"]
    }
  }

  dynamic "bypass_actors" {
    for_each = local.moves_major_tags

    content {
      actor_id    = bypass_actors.value.id
      actor_type  = bypass_actors.value.type
      bypass_mode = "always"
    }
  }

  rules {
    update   = true
    deletion = true
  }
}

# The first one is made by hand, before there is a release: docs/deploy-to-azure.md, step 5.
resource "github_repository_ruleset" "major_tags_begin" {
  name        = "tags of major versions: begun by who may release"
  repository  = local.name
  target      = "tag"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["refs/tags/v*"]
      exclude = ["refs/tags/${local.version_tags}"]
    }
  }

  dynamic "bypass_actors" {
    for_each = local.begins_major_tags

    content {
      actor_id    = bypass_actors.value.id
      actor_type  = bypass_actors.value.type
      bypass_mode = "always"
    }
  }

  rules {
    creation = true
  }
}

# A workflow that names no permissions gets few, and none approves a pull request.
resource "github_workflow_repository_permissions" "this" {
  repository                       = local.name
  default_workflow_permissions     = "read"
  can_approve_pull_request_reviews = false
}

resource "github_repository_deploy_key" "argocd" {
  count = var.deploy_key == null ? 0 : 1

  repository = local.name
  title      = "Argo CD"
  key        = var.deploy_key
  read_only  = true
}
