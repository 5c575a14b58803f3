variable "repository" {
  description = "The repository, as OWNER/REPO. It must exist; Terraform neither creates nor deletes it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository: give OWNER/REPO, such as \"my-org/my-repository\"."
  }
}

variable "repository_ids" {
  description = "GitHub's ids of the owner and the repository, if its tokens contain them: in repositories that were created, renamed or transferred since 15 July 2026, or that opted in. Same as `github.owner_id` and `github.repository_id` in the root platform."
  type        = object({ owner = number, repository = number })
  default     = null

  validation {
    condition     = var.repository_ids == null ? true : alltrue([for id in values(var.repository_ids) : id > 0 && floor(id) == id])
    error_message = "repository_ids: give both as GitHub reports them: gh api repos/OWNER/REPO --jq '.owner.id, .id'"
  }
}

variable "main" {
  description = <<-EOT
    What a change needs before it reaches the default branch.
    - `approvals`: number of approving reviews. `code_owner_review`: one of them must be by an owner in CODEOWNERS.
    - `required_checks`: names of the jobs of ci.yml that must pass, on top of the newest commit of main.
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
    error_message = "main.approvals: give 1 to 6; without one, the author of a change could also approve it."
  }

  validation {
    condition     = length(var.main.required_checks) > 0 && length(var.main.required_checks) == length(distinct(var.main.required_checks))
    error_message = "main.required_checks: name at least one job of ci.yml, and each only once."
  }
}

variable "release_app" {
  description = <<-EOT
    The GitHub App that commits releases to main, or null if a machine account does: `release_bot_team_ids`. It bypasses
    the review of its own commit, moves the major version tag if actions are published, and nothing else. Its private
    key is the secret RELEASE_APP_PRIVATE_KEY.
    - `id`: the App ID on its settings page, not the installation's id. `client_id`: the client ID on the same page,
      with which deploy.yml signs in as the App.
  EOT
  type        = object({ id = number, client_id = string })
  default     = null

  validation {
    condition     = var.release_app == null ? true : var.release_app.id > 0 && can(regex("^Iv[A-Za-z0-9.]+$", var.release_app.client_id))
    error_message = "release_app: give id, the number on the App's settings page, and client_id, such as \"Iv23liExampleExample\", from the same page."
  }

  validation {
    condition     = var.release_app != null || length(var.release_bot_team_ids) > 0
    error_message = "release_app: name the App, or the team of a machine account in release_bot_team_ids; otherwise no release could reach main."
  }
}

variable "release_bot_team_ids" {
  description = "Ids of teams whose only member is the machine account with the token in the secret RELEASE_TOKEN; empty if an App releases. They have the same rights as the App."
  type        = set(number)
  default     = []
  nullable    = false
}

variable "release_team_ids" {
  description = "Ids of the teams that can push version tags: `gh api orgs/ORG/teams/NAME --jq .id`."
  type        = set(number)

  validation {
    condition     = length(var.release_team_ids) > 0
    error_message = "release_team_ids: name at least one team; otherwise nobody could release."
  }
}

variable "environments" {
  description = <<-EOT
    The environments that the workflows run in.
    - `staging`: used from the default branch, by build.yml.
    - `production`: used from version tags, by deploy.yml.
    - `plan`: used from the default branch, by plan.yml.
    - `reviewer_team_ids`, `reviewer_user_ids`: one of them must approve a job; at most six. `wait_minutes`: how long a
      job waits in any case.
    - `self_review`: whether the user who started the run can approve it.
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
    error_message = "environments.production: name at least one reviewer; otherwise a tag alone would release."
  }

  validation {
    condition     = alltrue([for environment in var.environments : length(environment.reviewer_team_ids) + length(environment.reviewer_user_ids) <= 6])
    error_message = "environments: GitHub allows at most six reviewers; name a team instead of its members."
  }

  validation {
    condition     = alltrue([for environment in var.environments : environment.wait_minutes >= 0 && environment.wait_minutes <= 43200])
    error_message = "environments: give wait_minutes of 0 to 43200."
  }
}

variable "platform" {
  description = "The output `github` of the root platform; null if the workflows sign in to the registries with passwords. It has no default, because an apply without it would delete the workflows' variables."
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
    error_message = "platform.client_ids: staging, production and plan need three identities; a shared one would have the rights of both."
  }
}

variable "settings" {
  description = <<-EOT
    Settings of the workflows; null keeps the default of the workflow.
    - `base_image`, `build_image`: passed as build arguments. `buildkit_image`: replaces the BuildKit image. `promote`:
      how a release promotes the tested image.
    - `attestations`: sign the images' provenance. `runs_on`: label of the runners.
    - `staging_username`, `production_username`: users of the registries, if the workflows sign in with passwords. They
      are variables, because GitHub drops a job output that contains the text of a secret, and image names often contain
      the user.
    - `publishes_actions`: move the major version tag with each release, for a repository that publishes actions.
      Otherwise nobody can move it.
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
  description = "Public half of the key with which Argo CD reads a private repository, as written by ssh-keygen; null for a public one. The private half is a Secret in the cluster: docs/deploy-to-azure.md, step 7."
  type        = string
  default     = null

  validation {
    condition     = var.deploy_key == null ? true : can(regex("^ssh-ed25519 [A-Za-z0-9+/=]+", var.deploy_key))
    error_message = "deploy_key: give the public key, such as \"ssh-ed25519 AAAA…\", never the private one."
  }
}
