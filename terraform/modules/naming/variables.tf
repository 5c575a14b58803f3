variable "workload" {
  description = "Short name of the workload; the first part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.workload))
    error_message = "workload: use 2 to 12 lower-case letters and digits, starting with a letter, such as \"shop\"."
  }
}

variable "environment" {
  description = "Name of the environment; the second part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment: use 2 to 10 lower-case letters and digits, starting with a letter, such as \"production\"."
  }
}

variable "unique_to" {
  description = "The subscription id, which makes globally unique names different from those of others. Empty if no such name is needed."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Additional tags for every resource. They cannot replace the tags `workload`, `environment` and `managed-by`."
  type        = map(string)
  default     = {}

  validation {
    # https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
    condition     = length(var.tags) <= 40 && alltrue([for name, value in var.tags : length(name) <= 256 && length(value) <= 256 && !can(regex("[<>%&\\\\?/]", name))])
    error_message = "tags: at most 40, each name and value of at most 256 characters, and no < > % & \\ ? / in a name."
  }
}
