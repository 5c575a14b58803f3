variable "resource_group_name" {
  description = "Resource group that holds the workspace and the alerts."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "names" {
  description = "Names of the resources, from the naming module."
  type = object({
    workspace       = string
    collection_rule = string
    action_group    = string
  })
}

variable "tags" {
  description = "Tags of every resource, from the naming module."
  type        = map(string)
}

variable "retention_days" {
  description = "How long logs are kept. The first 31 days are free."
  type        = number
  default     = 31

  validation {
    condition     = var.retention_days >= 30 && var.retention_days <= 730
    error_message = "retention_days: give 30 to 730."
  }
}

variable "daily_quota_gb" {
  description = "Daily limit in gigabytes, after which logs are dropped, to avoid unexpected costs; -1 for no limit."
  type        = number
  default     = 5

  validation {
    condition     = var.daily_quota_gb == -1 || var.daily_quota_gb >= 1
    error_message = "daily_quota_gb: give 1 or more, or -1 for no limit."
  }
}

variable "alert_emails" {
  description = "Recipients of the alerts. If empty, alerts are only shown in the portal."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "alert_emails: give e-mail addresses, such as \"on-call@example.com\"."
  }
}

variable "pending_minutes" {
  description = "After how many minutes a pod without a node raises an alert. A new node takes about three."
  type        = number
  default     = 15

  validation {
    condition     = contains([5, 10, 15, 30, 45, 60], var.pending_minutes)
    error_message = "pending_minutes: use 5, 10, 15, 30, 45 or 60; Azure supports no other windows."
  }
}

variable "argocd_namespace" {
  description = "Namespace that Argo CD runs in."
  type        = string
  default     = "argocd"
}

variable "cluster" {
  description = "The cluster to watch: `id` and `name`."
  type        = object({ id = string, name = string })
}

variable "registry_ids" {
  description = "The registries whose logins and pushes are recorded, by name."
  type        = map(string)
  default     = {}
}
