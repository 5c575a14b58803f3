variable "access" {
  description = <<-EOT
    Who can use the cluster: object ids of Entra groups. `az ad group show --group NAME --query id` prints them.
    - `cluster_admin_group_ids`: full access. Make membership temporary (Privileged Identity Management): it is for
      incidents, not for deployments.
    - `cluster_reader_group_ids`: read access, except to secrets.
  EOT
  type = object({
    cluster_admin_group_ids  = set(string)
    cluster_reader_group_ids = optional(set(string), [])
  })

  validation {
    condition     = length(var.access.cluster_admin_group_ids) > 0
    error_message = "access.cluster_admin_group_ids: name at least one group; local accounts are disabled, so without one nobody could sign in."
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
    - `owner_id`, `repository_id`: GitHub's ids of both, if its tokens contain them: in repositories that were created,
      renamed or transferred since 15 July 2026, or that opted in. Both or neither. docs/deploy-to-azure.md, step 3,
      shows how to find out.
    - `environments`: names of its environments whose jobs can push to staging, push to production, and plan.
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
    error_message = "github: its workflows push to the registries of the same environment; leave it out with registries = null."
  }

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
}
