mock_provider "azurerm" {}

variables {
  resource_group_name = "rg-shop-test"
  location            = "westeurope"
  names = {
    virtual_network = "vnet-shop-test"
    node_subnet     = "snet-shop-test-nodes"
    security_group  = "nsg-shop-test-nodes"
    nat_gateway     = "ng-shop-test"
    public_ip       = "pip-shop-test-egress"
  }
  tags           = {}
  address_space  = "10.40.0.0/16"
  node_subnet    = "10.40.0.0/22"
  zone_redundant = true
}

run "egress_survives_the_loss_of_a_zone" {
  command = plan

  assert {
    condition     = azurerm_nat_gateway.this.sku_name == "StandardV2" && azurerm_public_ip.egress.sku == "StandardV2"
    error_message = "the NAT gateway or its address is in one zone"
  }

  assert {
    condition     = azurerm_public_ip.egress.zones == toset(["1", "2", "3"])
    error_message = "the NAT gateway's address does not span the zones"
  }

  assert {
    condition     = azurerm_nat_gateway.this.zones == null
    error_message = "the provider refuses zones on this kind of NAT gateway"
  }
}

run "egress_without_zones_requests_none" {
  command = plan

  variables {
    zone_redundant = false
  }

  assert {
    condition     = azurerm_nat_gateway.this.sku_name == "Standard" && azurerm_nat_gateway.this.zones == null && length(azurerm_public_ip.egress.zones) == 0
    error_message = "zones are requested in a region without zones"
  }
}

run "nodes_have_no_other_egress" {
  command = plan

  assert {
    condition     = azurerm_subnet.nodes.default_outbound_access_enabled == false
    error_message = "nodes could use Azure's default outbound access"
  }
}

run "the_internet_reaches_the_named_port_only" {
  command = plan

  assert {
    condition     = { for key, rule in azurerm_network_security_rule.ingress : key => [rule.direction, rule.access, rule.protocol, rule.destination_port_range] } == { "443" = ["Inbound", "Allow", "Tcp", "443"] }
    error_message = "other ports than 443 are open by default"
  }
}

run "each_port_has_its_own_priority" {
  command = plan

  variables {
    ingress_ports = [443, 80]
  }

  assert {
    condition     = azurerm_network_security_rule.ingress["443"].priority == 100 && azurerm_network_security_rule.ingress["80"].priority == 101
    error_message = "rules share a priority, which Azure rejects"
  }
}

run "no_port_may_be_open_at_all" {
  command = plan

  variables {
    ingress_ports = []
  }

  assert {
    condition     = length(azurerm_network_security_rule.ingress) == 0
    error_message = "a port is open although none was named"
  }
}

run "a_port_that_manages_nodes_is_refused" {
  command = plan

  variables {
    ingress_ports = [443, 22]
  }

  expect_failures = [var.ingress_ports]
}

run "a_port_named_twice_is_refused" {
  command = plan

  variables {
    ingress_ports = [443, 443]
  }

  expect_failures = [var.ingress_ports]
}

run "a_subnet_outside_the_network_is_refused" {
  command = plan

  variables {
    node_subnet = "10.41.0.0/22"
  }

  expect_failures = [azurerm_virtual_network.this]
}

run "a_subnet_larger_than_the_network_is_refused" {
  command = plan

  variables {
    address_space = "10.40.0.0/24"
  }

  expect_failures = [azurerm_virtual_network.this]
}

run "an_invalid_address_space_is_refused" {
  command = plan

  variables {
    address_space = "10.40.0.0"
  }

  expect_failures = [var.address_space]
}

run "a_subnet_that_is_too_small_is_refused" {
  command = plan

  variables {
    node_subnet = "10.40.0.0/28"
  }

  expect_failures = [var.node_subnet]
}

run "an_idle_timeout_out_of_range_is_refused" {
  command = plan

  variables {
    egress_idle_timeout_minutes = 3
  }

  expect_failures = [var.egress_idle_timeout_minutes]
}
