locals {
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]

  # The first part of a token's subject: https://docs.github.com/actions/reference/security/oidc#immutable-subject-claims
  subject = var.repository_ids == null ? "repo:${var.repository}" : "repo:${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}"

  # deploy.yml runs for these. Where the tag of the major version moves with each release, the job's own token must be able to move it.
  version_tags   = "v*.*.*"
  protected_tags = var.settings.publishes_actions ? "refs/tags/${local.version_tags}" : "refs/tags/v*"
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

# Changes come by pull request, reviewed and checked. The release's commit is the one exception, and this is all that its App may skip.
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

  bypass_actors {
    actor_id    = var.release_app_id
    actor_type  = "Integration"
    bypass_mode = "always"
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
      include = [local.protected_tags]
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
      include = [local.protected_tags]
      exclude = []
    }
  }

  dynamic "bypass_actors" {
    for_each = var.release_team_ids

    content {
      actor_id    = bypass_actors.value
      actor_type  = "Team"
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
