variable "resource_group_name" {
  description = "Resource group that holds the cluster."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "name" {
  description = "Name of the cluster, from the naming module."
  type        = string
}

variable "node_resource_group_name" {
  description = "Name of the resource group that AKS makes for the nodes, from the naming module."
  type        = string
}

variable "tags" {
  description = "Tags of the cluster and its nodes, from the naming module."
  type        = map(string)
}

variable "zones" {
  description = "Availability zones over which each pool is spread; empty in a region without."
  type        = set(string)

  validation {
    condition     = length(setsubtract(var.zones, ["1", "2", "3"])) == 0
    error_message = "zones: use \"1\", \"2\" and \"3\", or leave it empty in a region without zones."
  }

  validation {
    condition     = length(var.zones) != 2
    error_message = "zones: two zones leave no majority when one is lost; use all three, one, or none."
  }
}

variable "kubernetes_version" {
  description = "Minor version that the cluster is born with, such as \"1.35\". Upgrades are the upgrade channel's; see docs/deploy-to-azure.md for the next minor version."
  type        = string

  validation {
    # https://learn.microsoft.com/azure/aks/supported-kubernetes-versions#alias-minor-version
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version: give a minor version such as \"1.35\"; the patch is the upgrade channel's, and naming one would be a difference at every plan."
  }
}

variable "sku_tier" {
  description = "Free (no uptime guarantee), Standard, or Premium (with long-term support)."
  type        = string
  default     = "Standard"

  validation {
    condition     = contains(["Free", "Standard", "Premium"], var.sku_tier)
    error_message = "sku_tier: use Free, Standard or Premium."
  }
}

variable "upgrades" {
  description = <<-EOT
    Automatic upgrades.
    - `kubernetes`: `patch`, `stable` (the newest minor version but one) or `none`.
    - `node_image`: `NodeImage` (weekly, tested images), `SecurityPatch`, `Unmanaged` or `None`.
    - `max_surge`: nodes added while a pool is upgraded, a count or a share, so that no capacity is missing.
    - `drain_timeout_minutes`: how long a node waits for its pods, which leave as their disruption budgets allow.
    - `kubernetes_window`, `node_window`: when. `day` of the week, `start` (HH:MM), `hours` (4 to 24), `utc_offset` (+HH:MM).
  EOT
  type = object({
    kubernetes            = optional(string, "patch")
    node_image            = optional(string, "NodeImage")
    max_surge             = optional(string, "33%")
    drain_timeout_minutes = optional(number, 30)
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
    error_message = "upgrades.kubernetes: use patch, stable or none. rapid takes minor versions days after their release, and node-image upgrades no Kubernetes."
  }

  validation {
    condition     = contains(["NodeImage", "SecurityPatch", "Unmanaged", "None"], var.upgrades.node_image)
    error_message = "upgrades.node_image: use NodeImage, SecurityPatch, Unmanaged or None."
  }

  validation {
    condition     = can(regex("^([1-9][0-9]?%|100%|[1-9][0-9]?)$", var.upgrades.max_surge))
    error_message = "upgrades.max_surge: give a count or a share above zero, such as \"1\" or \"33%\"; without surge an upgrade takes capacity away."
  }

  validation {
    condition     = var.upgrades.drain_timeout_minutes >= 5 && var.upgrades.drain_timeout_minutes <= 1440
    error_message = "upgrades.drain_timeout_minutes: give 5 to 1440."
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
    error_message = "upgrades.kubernetes_window.hours, upgrades.node_window.hours: give 4 to 24; AKS takes no shorter window."
  }

  validation {
    condition     = var.upgrades.kubernetes_window.day != var.upgrades.node_window.day
    error_message = "upgrades: kubernetes_window and node_window are on the same day; give them different days, so that a fault has one possible cause."
  }
}

variable "system_pool" {
  description = <<-EOT
    Nodes for the cluster's own pods and Argo CD; they take no others.
    - `vm_size`: with at least 4 vCPU and, for the ephemeral disk, a local one: https://learn.microsoft.com/azure/aks/use-system-pools
    - `min_count`, `max_count`: bounds of the autoscaler.
    - `max_pods`: pods a node may run. More reserve more memory.
    - `os_disk_type`, `os_disk_size_gb`: `Ephemeral` is local: faster, free, and gone with the node. It must fit the size's local disk.
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
    error_message = "system_pool.max_pods: give 30 to 250; AKS demands 30 for the cluster's own pods."
  }

  validation {
    condition     = contains(["Ephemeral", "Managed"], var.system_pool.os_disk_type) && contains(["AzureLinux", "Ubuntu"], var.system_pool.os_sku) && var.system_pool.os_disk_size_gb >= 30 && var.system_pool.os_disk_size_gb <= 2048
    error_message = "system_pool: os_disk_type is Ephemeral or Managed, os_sku AzureLinux or Ubuntu, os_disk_size_gb 30 to 2048."
  }
}

variable "user_pools" {
  description = <<-EOT
    Pools for applications, by name (1 to 9 lower-case letters and digits). Fields as for `system_pool`, and:
    - `labels`, `taints` (`key=value:NoSchedule`) of the nodes.
    - `spot`: Azure's spare capacity, cheaper and taken away at any time.
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
    condition     = alltrue([for pool in var.user_pools : can(regex("^Standard_[A-Z][A-Za-z0-9_]+$", pool.vm_size))])
    error_message = "user_pools: give each vm_size as Azure names it, such as \"Standard_D2ds_v5\"."
  }

  validation {
    condition     = alltrue([for pool in var.user_pools : pool.min_count >= 0 && pool.min_count < pool.max_count && pool.max_count <= 1000])
    error_message = "user_pools: each min_count must be at least 0 and below max_count, or nodes could not be added, and max_count at most 1000."
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
    The cluster autoscaler, for all pools. The defaults add nodes fast and take them away with care.
    - `expander`: which pool grows when several could: `least-waste`, `random`, `priority` or `most-pods`.
    - `scan_seconds`: how often pending pods are looked for.
    - `new_pod_scale_up_delay_seconds`: how long a new pod may be pending before nodes are added.
    - `unneeded_minutes`, `delay_after_add_minutes`: how long a node must have been idle, and how long ago the last one added, before one is removed.
    - `utilization_threshold`: below which share of requests a node counts as idle.
    - `max_graceful_termination_seconds`: how long a removed node's pods may take to end.
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
    error_message = "autoscaler: give scan_seconds of 10 to 60 and new_pod_scale_up_delay_seconds of 0 to 300; slower is too slow for a rush of customers."
  }

  validation {
    condition     = var.autoscaler.unneeded_minutes >= 5 && var.autoscaler.delay_after_add_minutes >= 5
    error_message = "autoscaler: give unneeded_minutes and delay_after_add_minutes of 5 or more, or nodes come and go with every wave."
  }

  validation {
    condition     = var.autoscaler.utilization_threshold > 0 && var.autoscaler.utilization_threshold < 1
    error_message = "autoscaler.utilization_threshold: give a share between 0 and 1, such as 0.5."
  }

  validation {
    condition     = var.autoscaler.max_graceful_termination_seconds >= 60 && var.autoscaler.max_graceful_termination_seconds <= 3600
    error_message = "autoscaler.max_graceful_termination_seconds: give 60 to 3600."
  }
}

variable "network" {
  description = <<-EOT
    The cluster's network.
    - `node_subnet_id`, `node_subnet`: the nodes' subnet, its id and its addresses.
    - `address_space`: addresses of the virtual network around it.
    - `pod_cidr`: addresses of pods, seen in the cluster only; a node takes a /24 of them.
    - `service_cidr`: addresses of services, seen in the cluster only.
  EOT
  type = object({
    node_subnet_id = string
    node_subnet    = string
    address_space  = string
    pod_cidr       = optional(string, "10.244.0.0/16")
    service_cidr   = optional(string, "10.245.0.0/16")
  })

  validation {
    condition     = alltrue([for cidr in [var.network.node_subnet, var.network.address_space, var.network.pod_cidr, var.network.service_cidr] : can(cidrhost(cidr, 0))])
    error_message = "network: node_subnet, address_space, pod_cidr and service_cidr are IPv4 CIDRs, such as \"10.244.0.0/16\"."
  }

  validation {
    condition     = try(tonumber(split("/", var.network.pod_cidr)[1]), 99) <= 22 && try(tonumber(split("/", var.network.service_cidr)[1]), 99) <= 22
    error_message = "network: give pod_cidr and service_cidr of /22 or larger."
  }

  validation {
    # Two ranges overlap when the larger one's prefix puts both at the same start.
    condition = alltrue([
      for pair in [
        [var.network.address_space, var.network.pod_cidr],
        [var.network.address_space, var.network.service_cidr],
        [var.network.pod_cidr, var.network.service_cidr],
        ] : try(
        cidrhost("${cidrhost(pair[0], 0)}/${min([for cidr in pair : tonumber(split("/", cidr)[1])]...)}", 0) !=
        cidrhost("${cidrhost(pair[1], 0)}/${min([for cidr in pair : tonumber(split("/", cidr)[1])]...)}", 0),
        true
      )
    ])
    error_message = "network: address_space, pod_cidr and service_cidr overlap; choose three ranges apart from each other."
  }
}

variable "api_server" {
  description = <<-EOT
    Who reaches the Kubernetes API.
    - `private`: only the virtual network and those peered with it.
    - `authorized_ip_ranges`: otherwise, only these addresses, as CIDR.
    - `run_command`: allow `az aks command invoke`, the way in without a network path, to those with the right.
  EOT
  type = object({
    private              = optional(bool, false)
    authorized_ip_ranges = optional(set(string), [])
    run_command          = optional(bool, false)
  })

  validation {
    condition     = var.api_server.private != (length(var.api_server.authorized_ip_ranges) > 0)
    error_message = "api_server: set private = true, or authorized_ip_ranges to the addresses that may reach it, such as [\"203.0.113.0/24\"], and not both: an API open to the internet is not offered."
  }

  validation {
    condition     = alltrue([for cidr in var.api_server.authorized_ip_ranges : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]), 0) >= 16])
    error_message = "api_server.authorized_ip_ranges: give IPv4 CIDRs of /16 or smaller, such as \"203.0.113.0/24\"."
  }
}

variable "tenant_id" {
  description = "Entra tenant whose users and groups sign in."
  type        = string
}

variable "identities" {
  description = "The control plane's and the nodes' identities, from the identity module."
  type = object({
    cluster = object({ id = string, principal_id = string })
    kubelet = object({ id = string, principal_id = string, client_id = string })
  })
}

variable "log_analytics_workspace_id" {
  description = "Workspace that gets the containers' logs and inventory."
  type        = string
}

variable "azure_policy" {
  description = "Let Azure Policy look at what is deployed."
  type        = bool
  default     = true
}
