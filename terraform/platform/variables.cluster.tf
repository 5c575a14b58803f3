variable "kubernetes_version" {
  description = "Minor version that the cluster is created with. The upgrade channel upgrades it."
  type        = string
  default     = "1.37"
}

variable "sku_tier" {
  description = "Free (no uptime guarantee), Standard, or Premium (with Microsoft's long-term support of a minor version, two years instead of one)."
  type        = string
  default     = "Standard"

  validation {
    condition     = var.environment != "production" || var.sku_tier != "Free"
    error_message = "sku_tier: production needs an uptime guarantee; use Standard or Premium."
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
}

variable "system_pool" {
  description = <<-EOT
    Nodes for the cluster's own pods and Argo CD only.
    - `vm_size`: with at least 4 vCPU and, for an ephemeral disk, a local disk:
      https://learn.microsoft.com/azure/aks/use-system-pools
    - `min_count`, `max_count`: limits of the autoscaler.
    - `max_pods`: maximum number of pods per node. More pods reserve more memory.
    - `os_disk_type`, `os_disk_size_gb`: `Ephemeral` is local: faster, free, and deleted with the node. It must fit the
      local disk of the VM size.
    - `os_sku`: `AzureLinux` or `Ubuntu`.
    - `host_encryption`: encrypt local disks and caches; the feature must be registered once in the subscription.
  EOT
  type = object({
    vm_size         = optional(string, "Standard_D4ds_v5")
    min_count       = optional(number, 3)
    max_count       = optional(number, 5)
    max_pods        = optional(number, 50)
    os_disk_type    = optional(string, "Ephemeral")
    os_disk_size_gb = optional(number, 100)
    os_sku          = optional(string, "AzureLinux")
    host_encryption = optional(bool, true)
  })
  default = {}

  validation {
    condition     = var.system_pool.min_count >= length(var.zones)
    error_message = "system_pool: min_count must be at least the number of zones (${length(var.zones)}), otherwise a zone could have no node; raise it, or use fewer zones."
  }
}

variable "user_pools" {
  description = <<-EOT
    Pools for applications, by name (1 to 9 lower-case letters and digits, not ending in `tmp`). Fields as in
    `system_pool`, and:
    - `labels`, `taints` (`key=value:NoSchedule`) of the nodes.
    - `spot`: Azure's spare capacity, cheaper, but it can be evicted at any time.
  EOT
  type = map(object({
    vm_size         = optional(string, "Standard_D2ds_v5")
    min_count       = optional(number, 3)
    max_count       = optional(number, 10)
    max_pods        = optional(number, 30)
    os_disk_type    = optional(string, "Ephemeral")
    os_disk_size_gb = optional(number, 64)
    os_sku          = optional(string, "AzureLinux")
    host_encryption = optional(bool, true)
    labels          = optional(map(string), {})
    taints          = optional(list(string), [])
    spot            = optional(bool, false)
  }))
  default = { apps = {} }

  validation {
    condition     = alltrue([for pool in var.user_pools : pool.min_count == 0 || pool.min_count >= length(var.zones)])
    error_message = "user_pools: each min_count must be 0 or at least the number of zones (${length(var.zones)}), otherwise a zone could have no node; raise it, or use fewer zones."
  }

  validation {
    condition     = var.environment != "production" || anytrue([for pool in var.user_pools : !pool.spot && pool.min_count > 0 && length(pool.taints) == 0])
    error_message = "user_pools: production needs a pool that always has nodes: without spot and taints, and with a min_count above 0."
  }
}

variable "autoscaler" {
  description = <<-EOT
    The cluster autoscaler, for all pools. The defaults add nodes fast and remove them slowly.
    - `expander`: which pool to scale up if several fit: `least-waste`, `random`, `priority` or `most-pods`.
    - `scan_seconds`: how often to check for pending pods.
    - `new_pod_scale_up_delay_seconds`: how long a new pod may be pending before nodes are added.
    - `unneeded_minutes`, `delay_after_add_minutes`: how long a node must be idle, and how long ago the last one must
      have been added, before one is removed.
    - `utilization_threshold`: a node whose requests are below this fraction counts as idle.
    - `max_graceful_termination_seconds`: how long the pods of a removed node may take to shut down.
  EOT
  type = object({
    expander                         = optional(string, "least-waste")
    scan_seconds                     = optional(number, 10)
    new_pod_scale_up_delay_seconds   = optional(number, 0)
    unneeded_minutes                 = optional(number, 10)
    delay_after_add_minutes          = optional(number, 10)
    utilization_threshold            = optional(number, 0.5)
    max_graceful_termination_seconds = optional(number, 600)
  })
  default = {}
}

variable "api_server" {
  description = <<-EOT
    Who can reach the Kubernetes API.
    - `private`: only the virtual network and networks peered with it.
    - `authorized_ip_ranges`: otherwise, only these addresses, as CIDR, and the nodes.
    - `run_command`: enable `az aks command invoke`, which needs no network path, for users with the permission.
  EOT
  type = object({
    private              = optional(bool, false)
    authorized_ip_ranges = optional(set(string), [])
    run_command          = optional(bool, false)
  })
}

variable "azure_policy" {
  description = "Let Azure Policy audit what is deployed."
  type        = bool
  default     = true
}
