variable "resource_group_name" {
  description = "Resource group that holds the identities."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "name" {
  description = "First part of the identities' names, from the naming module."
  type        = string
}

variable "tags" {
  description = "Tags of the identities, from the naming module."
  type        = map(string)
}

variable "github" {
  description = <<-EOT
    Who can sign in from GitHub's workflows, or null for nobody.
    - `repository`: OWNER/REPO.
    - `owner_id`, `repository_id`: GitHub's ids of both, if its tokens contain them: in repositories created, renamed or
      transferred since 15 July 2026, or that chose so. Both or neither.
    - `environments`: for each identity, the GitHub environment whose jobs use it. What can use an environment (main,
      `v*` tags, reviewers) is set in GitHub, by the root `github`: a pull request from a fork never gets one.
  EOT
  type = object({
    repository    = string
    owner_id      = optional(number)
    repository_id = optional(number)
    environments  = map(string)
  })
  default = null

  validation {
    condition     = var.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository: give OWNER/REPO, such as \"my-org/my-repository\"."
  }

  validation {
    condition     = var.github == null ? true : (var.github.owner_id == null) == (var.github.repository_id == null)
    error_message = "github: give both owner_id and repository_id, or neither; a token's subject contains both."
  }

  validation {
    condition     = var.github == null ? true : alltrue([for id in [var.github.owner_id, var.github.repository_id] : id == null ? true : id > 0 && floor(id) == id])
    error_message = "github: give owner_id and repository_id as GitHub reports them: gh api repos/OWNER/REPO --jq '.owner.id, .id'"
  }

  validation {
    condition     = var.github == null ? true : alltrue([for name, environment in var.github.environments : can(regex("^[a-z][a-z0-9]{1,19}$", name)) && can(regex("^[A-Za-z0-9_-]+$", environment))])
    error_message = "github.environments: name identities with 2 to 20 lower-case letters and digits, and environments with letters, digits, - and _."
  }

  validation {
    condition     = var.github == null ? true : length(values(var.github.environments)) == length(distinct(values(var.github.environments)))
    error_message = "github.environments: two identities have the same environment; a job in it would be both. Give each its own."
  }
}
