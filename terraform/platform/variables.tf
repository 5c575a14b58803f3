# The variables of an environment. Values of one module are validated in that module; combinations are validated here.

variable "workload" {
  description = "Short name of the workload; the first part of every name."
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
  description = "Availability zones to spread everything over: all three, or none in a region without zones."
  type        = set(string)
  default     = ["1", "2", "3"]

  validation {
    condition     = length(setsubtract(var.zones, ["1", "2", "3"])) == 0 && length(var.zones) != 2
    error_message = "zones: use all of \"1\", \"2\" and \"3\", one, or none; with two there is no majority when one is lost."
  }

  validation {
    condition     = length(var.zones) == 0 || contains(local.regions_with_zones, var.location)
    error_message = "zones: ${var.location} is not known to have availability zones; set zones = [], choose another location, or add it to regions.tf."
  }

  validation {
    condition     = length(var.zones) == 0 || !contains(local.regions_without_zonal_egress, var.location)
    error_message = "zones: ${var.location} has no NAT gateway that spans its zones (StandardV2), which the nodes use for outbound traffic; choose another location or, if it need not survive the loss of a zone, set zones = []."
  }

  validation {
    condition     = var.environment != "production" || length(var.zones) == 3
    error_message = "zones: production must be spread over three zones; set zones = [\"1\", \"2\", \"3\"]."
  }
}

variable "tags" {
  description = "Additional tags for every resource, such as owner and cost-center."
  type        = map(string)
  default     = {}
}

variable "network" {
  description = <<-EOT
    Addresses. The three ranges must not overlap each other, or a network that is peered with this one.
    - `address_space`: of the virtual network. `node_subnet`: the part of it for nodes, one address per node.
    - `pod_cidr`, `service_cidr`: visible in the cluster only; each node uses a /24 of the first.
    - `ingress_ports`: TCP ports that are open from the internet to load balancers in front of the nodes.
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
