output "node_subnet_id" {
  description = "Id of the nodes' subnet. It depends on the egress, because AKS rejects a subnet without one."
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
  description = "The IP address of all outbound traffic of the cluster, for allow lists of others."
  value       = azurerm_public_ip.egress.ip_address
}
