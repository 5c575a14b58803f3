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
    condition     = can(regex("^Standard_[A-Z][A-Za-z0-9_]+$", var.system_pool.vm_size))
    error_message = "system_pool.vm_size: give a size as Azure names it, such as \"Standard_D4ds_v5\"."
  }

  validation {
    condition     = var.system_pool.min_count >= 1 && var.system_pool.min_count <= var.system_pool.max_count && var.system_pool.max_count <= 100
    error_message = "system_pool: min_count must be at least 1 and at most max_count, and max_count at most 100."
  }

  validation {
    condition     = var.system_pool.max_pods >= 30 && var.system_pool.max_pods <= 250
    error_message = "system_pool.max_pods: give 30 to 250; AKS requires 30 for the cluster's own pods."
  }

  validation {
    condition     = contains(["Ephemeral", "Managed"], var.system_pool.os_disk_type) && contains(["AzureLinux", "Ubuntu"], var.system_pool.os_sku) && var.system_pool.os_disk_size_gb >= 30 && var.system_pool.os_disk_size_gb <= 2048
    error_message = "system_pool: os_disk_type is Ephemeral or Managed, os_sku AzureLinux or Ubuntu, os_disk_size_gb 30 to 2048."
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
    condition     = alltrue([for name, pool in var.user_pools : can(regex("^[a-z][a-z0-9]{0,8}$", name)) && name != "system"])
    error_message = "user_pools: a pool's name has 1 to 9 lower-case letters and digits, starts with a letter, and is not \"system\"."
  }

  validation {
    # azurerm treats a pool of that name as left over from a failed rotation, moves the pods there, and deletes it:
    # https://github.com/hashicorp/terraform-provider-azurerm/blob/main/internal/services/containers/kubernetes_cluster_node_pool_resource.go
    condition     = alltrue([for name in keys(var.user_pools) : !endswith(name, "tmp")])
    error_message = "user_pools: a pool's name must not end in \"tmp\", which is the name of the temporary pool that is created and deleted when a VM size changes; choose another name."
  }

  validation {
    condition     = alltrue([for pool in var.user_pools : can(regex("^Standard_[A-Z][A-Za-z0-9_]+$", pool.vm_size))])
    error_message = "user_pools: give each vm_size as Azure names it, such as \"Standard_D2ds_v5\"."
  }

  validation {
    condition     = alltrue([for pool in var.user_pools : pool.min_count >= 0 && pool.min_count < pool.max_count && pool.max_count <= 1000])
    error_message = "user_pools: each min_count must be at least 0 and below max_count, so that nodes can be added, and max_count at most 1000."
  }

  validation {
    condition     = alltrue([for pool in var.user_pools : pool.max_pods >= 10 && pool.max_pods <= 250])
    error_message = "user_pools: give max_pods of 10 to 250."
  }

  validation {
    condition     = alltrue([for pool in var.user_pools : contains(["Ephemeral", "Managed"], pool.os_disk_type) && contains(["AzureLinux", "Ubuntu"], pool.os_sku) && pool.os_disk_size_gb >= 30 && pool.os_disk_size_gb <= 2048])
    error_message = "user_pools: os_disk_type is Ephemeral or Managed, os_sku AzureLinux or Ubuntu, os_disk_size_gb 30 to 2048."
  }

  validation {
    condition     = alltrue(flatten([for pool in var.user_pools : [for taint in pool.taints : can(regex("^[A-Za-z0-9./_-]+=[A-Za-z0-9._-]*:(NoSchedule|PreferNoSchedule|NoExecute)$", taint))]]))
    error_message = "user_pools: write taints as key=value:NoSchedule, key=value:PreferNoSchedule or key=value:NoExecute."
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

  validation {
    condition     = contains(["least-waste", "random", "priority", "most-pods"], var.autoscaler.expander)
    error_message = "autoscaler.expander: use least-waste, random, priority or most-pods."
  }

  validation {
    condition     = var.autoscaler.scan_seconds >= 10 && var.autoscaler.scan_seconds <= 60 && var.autoscaler.new_pod_scale_up_delay_seconds >= 0 && var.autoscaler.new_pod_scale_up_delay_seconds <= 300
    error_message = "autoscaler: give scan_seconds of 10 to 60 and new_pod_scale_up_delay_seconds of 0 to 300; slower values react too late to a load peak."
  }

  validation {
    condition     = var.autoscaler.unneeded_minutes >= 5 && var.autoscaler.delay_after_add_minutes >= 5
    error_message = "autoscaler: give unneeded_minutes and delay_after_add_minutes of 5 or more; otherwise nodes are added and removed with every load peak."
  }

  validation {
    condition     = var.autoscaler.utilization_threshold > 0 && var.autoscaler.utilization_threshold < 1
    error_message = "autoscaler.utilization_threshold: give a fraction between 0 and 1, such as 0.5."
  }

  validation {
    condition     = var.autoscaler.max_graceful_termination_seconds >= 60 && var.autoscaler.max_graceful_termination_seconds <= 3600
    error_message = "autoscaler.max_graceful_termination_seconds: give 60 to 3600."
  }
}
