# What an environment may set. Values that only one module judges are validated there too; what combines several is validated here.

variable "workload" {
  description = "Short name of what runs on the platform; the first part of every name."
  type        = string
  default     = "shop"
}

variable "environment" {
  description = "Name of the environment; the second part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment: use 2 to 10 lower-case letters and digits, starting with a letter, such as \"production\"."
  }
}

variable "location" {
  description = "Azure region in its short form."
  type        = string
  default     = "westeurope"

  validation {
    condition     = can(regex("^[a-z]+[0-9]?$", var.location))
    error_message = "location: use the region's short form, such as \"westeurope\"; `az account list-locations --query \"[].name\"` lists them."
  }
}

variable "zones" {
  description = "Availability zones over which everything is spread: all three, or none in a region without."
  type        = set(string)
  default     = ["1", "2", "3"]

  validation {
    condition     = length(setsubtract(var.zones, ["1", "2", "3"])) == 0 && length(var.zones) != 2
    error_message = "zones: use all of \"1\", \"2\" and \"3\", one, or none; two leave no majority when one is lost."
  }

  validation {
    condition     = length(var.zones) == 0 || contains(local.regions_with_zones, var.location)
    error_message = "zones: ${var.location} is not known to have availability zones; set zones = [], choose another location, or add it to regions.tf."
  }

  validation {
    condition     = var.environment != "production" || length(var.zones) == 3
    error_message = "zones: production is spread over three zones; set zones = [\"1\", \"2\", \"3\"]."
  }
}

variable "tags" {
  description = "More tags for every resource, such as owner and cost-center."
  type        = map(string)
  default     = {}
}

variable "network" {
  description = <<-EOT
    Addresses. None of the three ranges may overlap another, or a network that is peered with this one.
    - `address_space`: of the virtual network. `node_subnet`: the part of it for nodes, one address a node.
    - `pod_cidr`, `service_cidr`: seen in the cluster only; a node takes a /24 of the first.
    - `ingress_ports`: TCP ports on which the internet may reach load balancers in front of the nodes.
    - `egress_idle_timeout_minutes`: after how many idle minutes the NAT gateway drops a connection.
  EOT
  type = object({
    address_space               = optional(string, "10.40.0.0/16")
    node_subnet                 = optional(string, "10.40.0.0/22")
    pod_cidr                    = optional(string, "10.244.0.0/16")
    service_cidr                = optional(string, "10.245.0.0/16")
    ingress_ports               = optional(list(number), [443])
    egress_idle_timeout_minutes = optional(number, 4)
  })
  default = {}
}

variable "kubernetes_version" {
  description = "Minor version that the cluster is born with. Upgrades are the upgrade channel's."
  type        = string
  default     = "1.35"
}

variable "sku_tier" {
  description = "Free (no uptime guarantee), Standard, or Premium (with long-term support)."
  type        = string
  default     = "Standard"

  validation {
    condition     = var.environment != "production" || var.sku_tier != "Free"
    error_message = "sku_tier: production has an uptime guarantee; use Standard or Premium."
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
    condition     = var.system_pool.min_count >= length(var.zones)
    error_message = "system_pool: min_count must be at least the number of zones (${length(var.zones)}), or a zone would be without a node; raise it, or use fewer zones."
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
    condition     = alltrue([for pool in var.user_pools : pool.min_count == 0 || pool.min_count >= length(var.zones)])
    error_message = "user_pools: each min_count must be 0 or at least the number of zones (${length(var.zones)}), or a zone would be without a node; raise it, or use fewer zones."
  }

  validation {
    condition     = var.environment != "production" || anytrue([for pool in var.user_pools : !pool.spot && pool.min_count > 0 && length(pool.taints) == 0])
    error_message = "user_pools: production needs a pool that is always there: without spot and taints, and with a min_count above 0."
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
}

variable "azure_policy" {
  description = "Let Azure Policy look at what is deployed."
  type        = bool
  default     = true
}

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

variable "registries" {
  description = <<-EOT
    The registry that a merge pushes to (`staging`) and the one that a release pushes to (`production`), which alone the cluster pulls from.
    - `sku`: Basic, Standard or Premium.
    - `zone_redundant`: a copy in every zone. Premium only.
    - `replica_locations`: more regions with a copy. Premium only.
    - `untagged_retention_days`: after how many days a manifest that no tag names is deleted; null keeps all. Premium only.
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
    condition     = alltrue([for registry in [var.registries.staging, var.registries.production] : !registry.zone_redundant || length(var.zones) > 0])
    error_message = "registries: zone_redundant needs a region with zones; set it to false where zones = []."
  }

  validation {
    condition     = var.environment != "production" || var.registries.production.untagged_retention_days == null
    error_message = "registries.production.untagged_retention_days: what was released is kept, so that every release can be gone back to; leave it out."
  }
}

variable "github" {
  description = <<-EOT
    The repository whose workflows push to the registries, or null for none.
    - `repository`: OWNER/REPO.
    - `environments`: names of its environments whose jobs may push to staging, push to production, and plan.
  EOT
  type = object({
    repository = string
    environments = optional(object({
      staging    = optional(string, "staging")
      production = optional(string, "production")
      plan       = optional(string, "plan")
    }), {})
  })
  default = null

  validation {
    condition     = var.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository: give OWNER/REPO, such as \"my-org/my-repository\"."
  }
}

variable "monitoring" {
  description = <<-EOT
    Logs and alerts.
    - `retention_days`: how long logs are kept.
    - `daily_quota_gb`: at how many gigabytes a day no more are taken; -1 for no limit.
    - `alert_emails`: who is written to.
    - `pending_minutes`: after how many minutes a pod without a node is worth waking somebody.
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
    error_message = "monitoring.alert_emails: somebody must hear of production's alerts; name at least one address."
  }
}
