variable "access" {
  description = <<-EOT
    Who may use the cluster: object ids of Entra groups. `az ad group show --group NAME --query id` tells them.
    - `cluster_admin_group_ids`: may do everything. Make membership temporary (Privileged Identity Management): it is for faults, not for deploying.
    - `cluster_reader_group_ids`: may look, but not at secrets.
  EOT
  type = object({
    cluster_admin_group_ids  = set(string)
    cluster_reader_group_ids = optional(set(string), [])
  })

  validation {
    condition     = length(var.access.cluster_admin_group_ids) > 0
    error_message = "access.cluster_admin_group_ids: name at least one group; local accounts are off, so without one nobody could ever sign in."
  }

  validation {
    condition     = alltrue([for id in setunion(var.access.cluster_admin_group_ids, var.access.cluster_reader_group_ids) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "access: give object ids of groups, such as \"5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11\", not names."
  }
}

variable "github" {
  description = <<-EOT
    The repository whose workflows push to the registries, or null for none.
    - `repository`: OWNER/REPO.
    - `owner_id`, `repository_id`: GitHub's numbers for both, where its tokens carry them: in repositories made, renamed or transferred since
      15 July 2026, or that chose so. Both or neither. docs/deploy-to-azure.md, step 3, says how to find out.
    - `environments`: names of its environments whose jobs may push to staging, push to production, and plan.
  EOT
  type = object({
    repository    = string
    owner_id      = optional(number)
    repository_id = optional(number)
    environments = optional(object({
      staging    = optional(string, "staging")
      production = optional(string, "production")
      plan       = optional(string, "plan")
    }), {})
  })
  default = null

  validation {
    condition     = var.github == null || var.registries != null
    error_message = "github: its workflows push to the registries that the same environment makes; leave it out with registries = null."
  }

  validation {
    condition     = var.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository: give OWNER/REPO, such as \"my-org/my-repository\"."
  }

  validation {
    condition     = var.github == null ? true : (var.github.owner_id == null) == (var.github.repository_id == null)
    error_message = "github: give both owner_id and repository_id, or neither; a token's subject carries both."
  }

  validation {
    condition     = var.github == null ? true : alltrue([for id in [var.github.owner_id, var.github.repository_id] : id == null ? true : id > 0 && floor(id) == id])
    error_message = "github: give owner_id and repository_id as GitHub tells them: gh api repos/OWNER/REPO --jq '.owner.id, .id'"
  }
}
