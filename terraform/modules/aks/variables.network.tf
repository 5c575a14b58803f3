variable "network" {
  description = <<-EOT
    The cluster's network.
    - `node_subnet_id`, `node_subnet`: the nodes' subnet, its id and its addresses.
    - `address_space`: addresses of the virtual network around it.
    - `pod_cidr`: addresses of pods, visible in the cluster only; each node uses a /24 of them.
    - `service_cidr`: addresses of services, visible in the cluster only.
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
    error_message = "network: give node_subnet, address_space, pod_cidr and service_cidr as IPv4 CIDRs, such as \"10.244.0.0/16\"."
  }

  validation {
    condition     = try(tonumber(split("/", var.network.pod_cidr)[1]), 99) <= 22 && try(tonumber(split("/", var.network.service_cidr)[1]), 99) <= 22
    error_message = "network: give pod_cidr and service_cidr of /22 or larger."
  }

  validation {
    # Two ranges overlap if they have the same start under the prefix of the larger one.
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
    error_message = "network: address_space, pod_cidr and service_cidr overlap; choose three disjoint ranges."
  }
}

variable "egress_ip" {
  description = "The address of the nodes' outbound traffic, including that to the API server. It is unknown before it is created, so it is not validated."
  type        = string
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

  validation {
    condition     = var.api_server.private != (length(var.api_server.authorized_ip_ranges) > 0)
    error_message = "api_server: set either private = true, or authorized_ip_ranges to the addresses that can reach it, such as [\"203.0.113.0/24\"]; the API cannot be open to the internet."
  }

  validation {
    condition     = alltrue([for cidr in var.api_server.authorized_ip_ranges : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]), 0) >= 16])
    error_message = "api_server.authorized_ip_ranges: give IPv4 CIDRs of /16 or smaller, such as \"203.0.113.0/24\"."
  }
}
