locals {
  address_prefix = tonumber(split("/", var.address_space)[1])

  # StandardV2 spans the zones; a Standard gateway is in one zone, whose loss would cut off the nodes in the others.
  # https://learn.microsoft.com/azure/reliability/reliability-nat-gateway
  egress_sku = var.zone_redundant ? "StandardV2" : "Standard"
}

resource "azurerm_virtual_network" "this" {
  name                = var.names.virtual_network
  resource_group_name = var.resource_group_name
  location            = var.location
  address_space       = [var.address_space]
  tags                = var.tags

  lifecycle {
    precondition {
      condition = (
        tonumber(split("/", var.node_subnet)[1]) >= local.address_prefix &&
        cidrhost("${cidrhost(var.node_subnet, 0)}/${local.address_prefix}", 0) == cidrhost(var.address_space, 0)
      )
      error_message = "node_subnet: ${var.node_subnet} is not within address_space ${var.address_space}; choose a range in it."
    }
  }
}

resource "azurerm_subnet" "nodes" {
  name                 = var.names.node_subnet
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [var.node_subnet]

  # The NAT gateway is the only egress:
  # https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
  default_outbound_access_enabled = false
}

resource "azurerm_network_security_group" "nodes" {
  name                = var.names.security_group
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# The built-in rule denies everything else from the internet. AKS manages another group at the nodes' network
# interfaces; a packet must pass both.
resource "azurerm_network_security_rule" "ingress" {
  for_each = toset([for port in var.ingress_ports : tostring(port)])

  name                        = "allow-internet-${each.value}"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 100 + index(var.ingress_ports, tonumber(each.value))
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "Internet"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = each.value
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nodes.id
}

resource "azurerm_public_ip" "egress" {
  name                = var.names.public_ip
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = local.egress_sku
  zones               = var.zone_redundant ? ["1", "2", "3"] : []
  tags                = var.tags
}

# Without `zones`: StandardV2 is always in all of them, and the provider rejects the argument.
resource "azurerm_nat_gateway" "this" {
  name                    = var.names.nat_gateway
  resource_group_name     = var.resource_group_name
  location                = var.location
  sku_name                = local.egress_sku
  idle_timeout_in_minutes = var.egress_idle_timeout_minutes
  tags                    = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  nat_gateway_id       = azurerm_nat_gateway.this.id
  public_ip_address_id = azurerm_public_ip.egress.id
}

resource "azurerm_subnet_nat_gateway_association" "nodes" {
  subnet_id      = azurerm_subnet.nodes.id
  nat_gateway_id = azurerm_nat_gateway.this.id
}
