variable "resource_group_name" {
  description = "Resource group that holds the registry."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "name" {
  description = "Name of the registry: letters and digits, unique in Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{5,50}$", var.name))
    error_message = "name: use 5 to 50 lower-case letters and digits."
  }
}

variable "tags" {
  description = "Tags of the registry, from the naming module."
  type        = map(string)
}

variable "sku" {
  description = "Basic, Standard or Premium."
  type        = string
  default     = "Premium"

  validation {
    condition     = contains(["Basic", "Standard", "Premium"], var.sku)
    error_message = "sku: use Basic, Standard or Premium."
  }
}

variable "zone_redundant" {
  description = "Keep a copy in every zone of the region. Premium only; for Basic and Standard Azure does so automatically if the region has zones, and the provider rejects true."
  type        = bool
  default     = true
}

variable "replica_locations" {
  description = "Other regions with a copy of every image, in case a region is lost. Premium only."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.replica_locations) == length(distinct(var.replica_locations))
    error_message = "replica_locations: name each region once."
  }
}

variable "untagged_retention_days" {
  description = "After how many days untagged manifests are deleted; null keeps all. Attestations are untagged manifests. Premium only."
  type        = number
  default     = null

  validation {
    condition     = var.untagged_retention_days == null ? true : var.untagged_retention_days >= 7 && var.untagged_retention_days <= 365
    error_message = "untagged_retention_days: give 7 to 365, or null to keep all."
  }
}
