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
  description = "Name of the resource group that AKS creates for the nodes, from the naming module."
  type        = string
}

variable "tags" {
  description = "Tags of the cluster and its nodes, from the naming module."
  type        = map(string)
}

variable "zones" {
  description = "Availability zones to spread each pool over; empty in a region without zones."
  type        = set(string)

  validation {
    condition     = length(setsubtract(var.zones, ["1", "2", "3"])) == 0
    error_message = "zones: use \"1\", \"2\" and \"3\", or leave it empty in a region without zones."
  }

  validation {
    condition     = length(var.zones) != 2
    error_message = "zones: with two zones there is no majority when one is lost; use all three, one, or none."
  }
}

variable "sku_tier" {
  description = "Free (no uptime guarantee), Standard, or Premium (with Microsoft's long-term support of a minor version, two years instead of one)."
  type        = string
  default     = "Standard"

  validation {
    condition     = contains(["Free", "Standard", "Premium"], var.sku_tier)
    error_message = "sku_tier: use Free, Standard or Premium."
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
  description = "Let Azure Policy audit what is deployed."
  type        = bool
  default     = true
}
