variable "kubernetes_version" {
  description = "Minor version that the cluster is created with, such as \"1.37\". The upgrade channel upgrades it; see docs/deploy-to-azure.md for the next minor version."
  type        = string

  validation {
    # https://learn.microsoft.com/azure/aks/supported-kubernetes-versions#alias-minor-version
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version: give a minor version such as \"1.37\"; the upgrade channel owns the patch version, so naming one would be a difference in every plan."
  }
}

variable "upgrades" {
  description = <<-EOT
    Automatic upgrades.
    - `kubernetes`: `patch`, `stable` (the second newest minor version) or `none`.
    - `node_image`: `NodeImage` (weekly, tested images), `SecurityPatch`, `Unmanaged` or `None`.
    - `max_surge`: extra nodes while a pool is upgraded, a number or a percentage, so that no capacity is lost.
    - `drain_timeout_minutes`: how long a node waits for its pods, which are evicted as their disruption budgets allow.
    - `undrainable_nodes`: what happens to a node whose pods are not evicted in that time. `Cordon`: it gets no more
      pods, a new node replaces it, and the upgrade continues. `Schedule`: it is kept, and the upgrade fails. Not for
      spot pools.
    - `kubernetes_window`, `node_window`: when to upgrade. `day` of the week, `start` (HH:MM), `hours` (4 to 24),
      `utc_offset` (+HH:MM).
  EOT
  type = object({
    kubernetes            = optional(string, "patch")
    node_image            = optional(string, "NodeImage")
    max_surge             = optional(string, "33%")
    drain_timeout_minutes = optional(number, 30)
    undrainable_nodes     = optional(string, "Cordon")
    kubernetes_window = optional(object({
      day        = optional(string, "Tuesday")
      start      = optional(string, "02:00")
      hours      = optional(number, 4)
      utc_offset = optional(string, "+00:00")
    }), {})
    node_window = optional(object({
      day        = optional(string, "Wednesday")
      start      = optional(string, "02:00")
      hours      = optional(number, 4)
      utc_offset = optional(string, "+00:00")
    }), {})
  })
  default = {}

  validation {
    condition     = contains(["patch", "stable", "none"], var.upgrades.kubernetes)
    error_message = "upgrades.kubernetes: use patch, stable or none. rapid installs minor versions days after their release, and node-image does not upgrade Kubernetes."
  }

  validation {
    condition     = contains(["NodeImage", "SecurityPatch", "Unmanaged", "None"], var.upgrades.node_image)
    error_message = "upgrades.node_image: use NodeImage, SecurityPatch, Unmanaged or None."
  }

  validation {
    condition     = can(regex("^([1-9][0-9]?%|100%|[1-9][0-9]?)$", var.upgrades.max_surge))
    error_message = "upgrades.max_surge: give a number or a percentage above zero, such as \"1\" or \"33%\"; without surge an upgrade reduces capacity."
  }

  validation {
    condition     = var.upgrades.drain_timeout_minutes >= 5 && var.upgrades.drain_timeout_minutes <= 1440
    error_message = "upgrades.drain_timeout_minutes: give 5 to 1440."
  }

  validation {
    # Never null: if a set value is unset, azurerm replaces the pool, and for the system pool the cluster.
    condition     = contains(["Cordon", "Schedule"], var.upgrades.undrainable_nodes)
    error_message = "upgrades.undrainable_nodes: use Cordon or Schedule."
  }

  validation {
    condition     = alltrue([for window in [var.upgrades.kubernetes_window, var.upgrades.node_window] : contains(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], window.day)])
    error_message = "upgrades.kubernetes_window.day, upgrades.node_window.day: give a day of the week, such as \"Tuesday\"."
  }

  validation {
    condition     = alltrue([for window in [var.upgrades.kubernetes_window, var.upgrades.node_window] : can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", window.start)) && can(regex("^[+-](0[0-9]|1[0-4]):[0-5][0-9]$", window.utc_offset))])
    error_message = "upgrades.kubernetes_window, upgrades.node_window: give start as HH:MM and utc_offset as +HH:MM, such as \"02:00\" and \"+01:00\"."
  }

  validation {
    condition     = alltrue([for window in [var.upgrades.kubernetes_window, var.upgrades.node_window] : window.hours >= 4 && window.hours <= 24])
    error_message = "upgrades.kubernetes_window.hours, upgrades.node_window.hours: give 4 to 24; AKS accepts no shorter window."
  }

  validation {
    condition     = var.upgrades.kubernetes_window.day != var.upgrades.node_window.day
    error_message = "upgrades: kubernetes_window and node_window are on the same day; give them different days, so that a failure has one possible cause."
  }
}
