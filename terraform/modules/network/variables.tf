variable "resource_group_name" {
  description = "Resource group that holds the network."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "names" {
  description = "Names of the resources, from the naming module."
  type = object({
    virtual_network = string
    node_subnet     = string
    security_group  = string
    nat_gateway     = string
    public_ip       = string
  })
}

variable "tags" {
  description = "Tags of every resource, from the naming module."
  type        = map(string)
}

variable "address_space" {
  description = "Addresses of the virtual network, as CIDR."
  type        = string

  validation {
    condition     = can(cidrhost(var.address_space, 0)) && try(tonumber(split("/", var.address_space)[1]), 0) >= 8 && try(tonumber(split("/", var.address_space)[1]), 99) <= 24
    error_message = "address_space: give an IPv4 CIDR of /8 to /24, such as \"10.40.0.0/16\"."
  }
}

variable "node_subnet" {
  description = "Addresses of the nodes' subnet, as CIDR within the address space. Pods have separate addresses (overlay), so a node needs one."
  type        = string

  validation {
    condition     = can(cidrhost(var.node_subnet, 0)) && try(tonumber(split("/", var.node_subnet)[1]), 0) >= 16 && try(tonumber(split("/", var.node_subnet)[1]), 99) <= 27
    error_message = "node_subnet: give an IPv4 CIDR of /16 to /27, such as \"10.40.0.0/22\"."
  }
}

variable "ingress_ports" {
  description = "TCP ports that are open from the internet to load balancers in front of the nodes; can be empty."
  type        = list(number)
  default     = [443]

  validation {
    condition     = alltrue([for port in var.ingress_ports : port >= 1 && port <= 65535 && floor(port) == port]) && length(var.ingress_ports) == length(distinct(var.ingress_ports))
    error_message = "ingress_ports: give whole numbers from 1 to 65535, without duplicates."
  }

  validation {
    condition     = alltrue([for port in var.ingress_ports : !contains([22, 3389, 6443, 10250], port)])
    error_message = "ingress_ports: ports 22, 3389, 6443 and 10250 manage nodes and are never open to the internet; remove them."
  }
}

variable "zone_redundant" {
  description = "Whether the region has availability zones. If so, egress survives the loss of one."
  type        = bool
}

variable "egress_idle_timeout_minutes" {
  description = "Idle time in minutes after which the NAT gateway drops a connection."
  type        = number
  default     = 4

  validation {
    condition     = var.egress_idle_timeout_minutes >= 4 && var.egress_idle_timeout_minutes <= 120
    error_message = "egress_idle_timeout_minutes: give 4 to 120."
  }
}
