locals {
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]

  # The first part of a token's subject:
  # https://docs.github.com/actions/reference/security/oidc#immutable-subject-claims
  subject = var.repository_ids == null ? "repo:${var.repository}" : "repo:${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}"

  # The tags that deploy.yml runs for.
  version_tags = "v*.*.*"

  # The identity whose token deploy.yml commits with:
  # https://docs.github.com/rest/repos/rules#create-a-repository-ruleset, bypass_actors
  releaser = concat(
    [for app in var.release_app[*] : { id = app.id, type = "Integration" }],
    [for id in var.release_bot_team_ids : { id = id, type = "Team" }],
  )
  release_teams = [for id in var.release_team_ids : { id = id, type = "Team" }]

  # In a repository that publishes actions, v1, which other repositories use, moves with each release.
  moves_major_tags   = var.settings.publishes_actions ? local.releaser : []
  creates_major_tags = concat(local.release_teams, local.moves_major_tags)
}

# Nobody can rewrite history, without exception.
resource "github_repository_ruleset" "history" {
  name        = "main: no rewriting"
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

# Changes need a pull request, a review and passing checks. The release commit is the only exception.
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

# A published version never changes.
resource "github_repository_ruleset" "tags_stay" {
  name        = "version tags: immutable"
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
  name        = "version tags: created by release teams only"
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

# The workflows use this project's actions by a major version tag. Anyone who can move it controls what every job runs,
# including those with the secrets of production. So neither people nor the job's own token, which a workflow on any
# branch has, can move it.
resource "github_repository_ruleset" "major_tags_stay" {
  name        = "major version tags: moved by releases only"
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

# The first one is created by hand, before the first release: docs/deploy-to-azure.md, step 5.
resource "github_repository_ruleset" "major_tags_begin" {
  name        = "major version tags: created by release teams only"
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
    for_each = local.creates_major_tags

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

# A workflow that names no permissions gets read access only, and no workflow can approve a pull request.
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
