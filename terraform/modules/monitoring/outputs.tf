output "workspace_id" {
  description = "Id of the Log Analytics workspace."
  value       = azurerm_log_analytics_workspace.this.id
}

output "alerts" {
  description = "Names of the alerts."
  value       = sort(keys(azurerm_monitor_scheduled_query_rules_alert_v2.this))
}
