variable "repository" {
  description = "The repository, as OWNER/REPO. It exists already; it is not made here, and so it is never deleted from here."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository: give OWNER/REPO, such as \"my-org/my-repository\"."
  }
}

variable "repository_ids" {
  description = "GitHub's numbers for the owner and the repository, where its tokens carry them: in repositories made, renamed or transferred since 15 July 2026, or that chose so. As in the root platform, `github.owner_id` and `github.repository_id`."
  type        = object({ owner = number, repository = number })
  default     = null

  validation {
    condition     = var.repository_ids == null ? true : alltrue([for id in values(var.repository_ids) : id > 0 && floor(id) == id])
    error_message = "repository_ids: give both as GitHub tells them: gh api repos/OWNER/REPO --jq '.owner.id, .id'"
  }
}

variable "main" {
  description = <<-EOT
    What a change needs to reach the default branch.
    - `approvals`: approving reviews. `code_owner_review`: one of them by an owner in CODEOWNERS.
    - `required_checks`: jobs of ci.yml, by their names, that must have passed on the newest commit of main.
  EOT
  type = object({
    approvals         = optional(number, 1)
    code_owner_review = optional(bool, true)
    required_checks = optional(list(string), [
      "Types, lint, drift", "Tests", "Images build", "Chart", "Terraform", "Known vulnerabilities",
    ])
  })
  default = {}

  validation {
    condition     = var.main.approvals >= 1 && var.main.approvals <= 6
    error_message = "main.approvals: give 1 to 6; without one, whoever writes a change also decides on it."
  }

  validation {
    condition     = length(var.main.required_checks) > 0 && length(var.main.required_checks) == length(distinct(var.main.required_checks))
    error_message = "main.required_checks: name at least one job of ci.yml, each once."
  }
}

variable "release_app" {
  description = <<-EOT
    The GitHub App that commits releases to main, or null where a machine account does: `release_bot_team_ids`. It skips the review of its own commit,
    moves the tag of the major version where actions are published, and nothing else. Its private key is the secret RELEASE_APP_PRIVATE_KEY.
    - `id`: App ID on its settings page, not the installation's. `client_id`: Client ID there, with which deploy.yml signs in as the App.
  EOT
  type        = object({ id = number, client_id = string })
  default     = null

  validation {
    condition     = var.release_app == null ? true : var.release_app.id > 0 && can(regex("^Iv[A-Za-z0-9.]+$", var.release_app.client_id))
    error_message = "release_app: give id, the number on the App's settings page, and client_id, such as \"Iv23liExampleExample\", from the same page."
  }

  validation {
    condition     = var.release_app != null || length(var.release_bot_team_ids) > 0
    error_message = "release_app: name the App, or in release_bot_team_ids the team of a machine account; otherwise no release could reach main."
  }
}

variable "release_bot_team_ids" {
  description = "Ids of teams that only the machine account is in whose token is the secret RELEASE_TOKEN; none where an App releases. They may do what the App may."
  type        = set(number)
  default     = []
  nullable    = false
}

variable "release_team_ids" {
  description = "Ids of the teams that may push version tags: `gh api orgs/ORG/teams/NAME --jq .id`."
  type        = set(number)

  validation {
    condition     = length(var.release_team_ids) > 0
    error_message = "release_team_ids: name at least one team, or nobody could release."
  }
}

variable "environments" {
  description = <<-EOT
    The environments that the workflows run in.
    - `staging`: used from the default branch, by build.yml.
    - `production`: used from version tags, by deploy.yml.
    - `plan`: used from the default branch, by plan.yml.
    - `reviewer_team_ids`, `reviewer_user_ids`: one of them lets a job begin; six at most. `wait_minutes`: how long it waits in any case.
    - `self_review`: whether who started the run may be that one.
  EOT
  type = object({
    staging = optional(object({
      reviewer_team_ids = optional(set(number), [])
      reviewer_user_ids = optional(set(number), [])
      wait_minutes      = optional(number, 0)
      self_review       = optional(bool, true)
    }), {})
    production = object({
      reviewer_team_ids = optional(set(number), [])
      reviewer_user_ids = optional(set(number), [])
      wait_minutes      = optional(number, 0)
      self_review       = optional(bool, false)
    })
    plan = optional(object({
      reviewer_team_ids = optional(set(number), [])
      reviewer_user_ids = optional(set(number), [])
      wait_minutes      = optional(number, 0)
      self_review       = optional(bool, true)
    }), {})
  })

  validation {
    condition     = length(var.environments.production.reviewer_team_ids) + length(var.environments.production.reviewer_user_ids) > 0
    error_message = "environments.production: name at least one reviewer; a tag alone would release."
  }

  validation {
    condition     = alltrue([for environment in var.environments : length(environment.reviewer_team_ids) + length(environment.reviewer_user_ids) <= 6])
    error_message = "environments: GitHub takes six reviewers at most; name a team instead of its members."
  }

  validation {
    condition     = alltrue([for environment in var.environments : environment.wait_minutes >= 0 && environment.wait_minutes <= 43200])
    error_message = "environments: give wait_minutes of 0 to 43200."
  }
}

variable "platform" {
  description = "What the root platform made, as its output `github` tells it; null where registries are signed in to with passwords. It must be said, because an apply without it takes the workflows' variables away."
  type = object({
    tenant_id           = string
    subscription_id     = string
    staging_registry    = string
    production_registry = string
    client_ids          = object({ staging = string, production = string, plan = string })
    environments        = object({ staging = string, production = string, plan = string })
  })

  validation {
    condition     = var.platform == null ? true : var.platform.staging_registry != var.platform.production_registry
    error_message = "platform: staging_registry and production_registry are the same; a merge would push to production."
  }

  validation {
    condition     = var.platform == null ? true : length(distinct(values(var.platform.client_ids))) == 3
    error_message = "platform.client_ids: staging, production and plan are three identities; one that serves two could do what only the other may."
  }
}

variable "settings" {
  description = <<-EOT
    Settings of the workflows; null leaves a workflow's own default.
    - `base_image`, `build_image`: passed on as build arguments. `buildkit_image`: another BuildKit. `promote`: how a release takes the tested image.
    - `attestations`: sign the images' provenance. `runs_on`: label of the runners.
    - `staging_username`, `production_username`: users of the registries, where they are signed in to with passwords. They are variables, because
      GitHub drops a job's output that contains the text of a secret, and a user is often part of the images' names.
    - `publishes_actions`: move the tag of the major version with each release, for a repository that publishes actions. Nobody moves it otherwise.
  EOT
  type = object({
    base_image          = optional(string)
    buildkit_image      = optional(string)
    build_image         = optional(string)
    promote             = optional(string)
    attestations        = optional(bool)
    runs_on             = optional(string)
    staging_username    = optional(string)
    production_username = optional(string)
    publishes_actions   = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.settings.promote == null ? true : contains(["prefer", "require", "verify", "never"], var.settings.promote)
    error_message = "settings.promote: use prefer, require, verify or never."
  }
}

variable "deploy_key" {
  description = "Public half of the key with which Argo CD reads a private repository, as ssh-keygen wrote it; null for a public one. The private half is a Secret in the cluster: docs/deploy-to-azure.md, step 7."
  type        = string
  default     = null

  validation {
    condition     = var.deploy_key == null ? true : can(regex("^ssh-ed25519 [A-Za-z0-9+/=]+", var.deploy_key))
    error_message = "deploy_key: give the public key, such as \"ssh-ed25519 AAAA…\", never the private one."
  }
}
