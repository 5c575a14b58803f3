variable "registries" {
  description = <<-EOT
    The registry that a merge pushes to (`staging`) and the one that a release pushes to (`production`), which is the
    only one that the cluster pulls from. null if no workflow pushes: the cluster then pulls from
    `pull_from_registry_id`.
    - `sku`: Basic, Standard or Premium.
    - `zone_redundant`: a copy in every zone. Premium only; for Basic and Standard Azure does so automatically if the
      region has zones, and the provider rejects true.
    - `replica_locations`: other regions with a copy. Premium only.
    - `untagged_retention_days`: after how many days untagged manifests are deleted; null keeps all. Premium only.
  EOT
  type = object({
    staging = optional(object({
      sku                     = optional(string, "Premium")
      zone_redundant          = optional(bool, true)
      replica_locations       = optional(list(string), [])
      untagged_retention_days = optional(number)
    }), {})
    production = optional(object({
      sku                     = optional(string, "Premium")
      zone_redundant          = optional(bool, true)
      replica_locations       = optional(list(string), [])
      untagged_retention_days = optional(number)
    }), {})
  })
  default = {}

  validation {
    condition     = var.registries == null ? true : alltrue([for registry in [var.registries.staging, var.registries.production] : !registry.zone_redundant || length(var.zones) > 0])
    error_message = "registries: zone_redundant needs a region with zones; set it to false if zones = []."
  }

  validation {
    condition     = var.registries == null || var.environment != "production" ? true : var.registries.production.untagged_retention_days == null
    error_message = "registries.production.untagged_retention_days: released images are kept, so that every release can be rolled back to; leave it out."
  }
}

variable "pull_from_registry_id" {
  description = "Id of the registry of another environment that this cluster pulls from, with `registries = null`: production's output `production_registry_id`. The user that applies must be able to assign roles there."
  type        = string
  default     = null

  validation {
    condition     = (var.pull_from_registry_id == null) == (var.registries != null)
    error_message = "pull_from_registry_id: give it if and only if registries = null, so that the cluster pulls from one registry: its own environment's or production's."
  }

  validation {
    condition     = var.pull_from_registry_id == null ? true : can(regex("^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/Microsoft\\.ContainerRegistry/registries/[A-Za-z0-9]{5,50}$", var.pull_from_registry_id))
    error_message = "pull_from_registry_id: give the registry's id, not its host: terraform output production_registry_id in production, or az acr show --name NAME --query id."
  }
}

variable "monitoring" {
  description = <<-EOT
    Logs and alerts.
    - `retention_days`: how long logs are kept.
    - `daily_quota_gb`: daily limit in gigabytes, after which logs are dropped; -1 for no limit.
    - `alert_emails`: recipients of the alerts.
    - `pending_minutes`: after how many minutes a pod without a node raises an alert.
  EOT
  type = object({
    retention_days  = optional(number, 31)
    daily_quota_gb  = optional(number, 5)
    alert_emails    = optional(set(string), [])
    pending_minutes = optional(number, 15)
  })
  default = {}

  validation {
    condition     = var.environment != "production" || length(var.monitoring.alert_emails) > 0
    error_message = "monitoring.alert_emails: somebody must receive production's alerts; give at least one address."
  }
}
