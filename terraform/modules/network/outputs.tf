output "node_subnet_id" {
  description = "Id of the nodes' subnet. Known only when its way out exists, because AKS refuses a subnet without one."
  value       = azurerm_subnet.nodes.id
  depends_on = [
    azurerm_subnet_nat_gateway_association.nodes,
    azurerm_subnet_network_security_group_association.nodes,
    azurerm_nat_gateway_public_ip_association.this,
  ]
}

output "virtual_network_id" {
  description = "Id of the virtual network, for peering with it."
  value       = azurerm_virtual_network.this.id
}

output "egress_ip" {
  description = "The address from which everything in the cluster reaches the internet, for other people's allow lists."
  value       = azurerm_public_ip.egress.ip_address
}
