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
    Who may sign in from GitHub's workflows, or null for nobody.
    - `repository`: OWNER/REPO.
    - `environments`: for each identity, the GitHub environment whose jobs are it. What may use an environment (main, `v*` tags, reviewers) is set in
      GitHub, by the root `github`: a pull request from a fork never gets one.
  EOT
  type = object({
    repository   = string
    environments = map(string)
  })
  default = null

  validation {
    condition     = var.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository: give OWNER/REPO, such as \"my-org/my-repository\"."
  }

  validation {
    condition     = var.github == null ? true : alltrue([for name, environment in var.github.environments : can(regex("^[a-z][a-z0-9]{1,19}$", name)) && can(regex("^[A-Za-z0-9_-]+$", environment))])
    error_message = "github.environments: identities are named by 2 to 20 lower-case letters and digits, environments by letters, digits, - and _."
  }

  validation {
    condition     = var.github == null ? true : length(values(var.github.environments)) == length(distinct(values(var.github.environments)))
    error_message = "github.environments: two identities have the same environment; a job in it would be both. Give each its own."
  }
}
