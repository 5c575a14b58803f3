mock_provider "azurerm" {}

variables {
  resource_group_name = "rg-shop-test"
  location            = "westeurope"
  names               = { workspace = "log-shop-test", collection_rule = "dcr-shop-test", action_group = "ag-shop-test" }
  tags                = {}
  cluster             = { id = "/stub/cluster", name = "aks-shop-test" }
  registry_ids        = { production = "/stub/registry" }
}

run "alerts_are_exactly_the_intended_ones" {
  command = plan

  assert {
    condition     = keys(azurerm_monitor_scheduled_query_rules_alert_v2.this) == ["argocd-degraded", "argocd-not-synced", "argocd-silent", "argocd-sync-failed", "nodes-at-maximum", "pods-pending"]
    error_message = "the alerts are not the intended ones"
  }

  assert {
    condition     = alltrue([for alert in azurerm_monitor_scheduled_query_rules_alert_v2.this : length(alert.action) == 1 && alert.severity <= 2 && length(alert.description) > 60])
    error_message = "an alert has no recipient, is not urgent, or does not say what to do"
  }
}

run "alerts_resolve_automatically" {
  command = plan

  assert {
    condition     = alltrue([for alert in azurerm_monitor_scheduled_query_rules_alert_v2.this : alert.auto_mitigation_enabled])
    error_message = "an alert stays until somebody closes it"
  }
}

run "pending_pods_are_counted_in_this_cluster_for_the_set_time" {
  command = plan

  variables {
    pending_minutes = 10
  }

  assert {
    condition = (
      azurerm_monitor_scheduled_query_rules_alert_v2.this["pods-pending"].window_duration == "PT10M" &&
      strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.this["pods-pending"].criteria[0].query, "aks-shop-test") &&
      strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.this["pods-pending"].criteria[0].query, "Minutes >= 8")
    )
    error_message = "the query does not use the settings"
  }
}

run "an_hour_is_written_as_azure_writes_it" {
  command = plan

  variables {
    pending_minutes = 60
  }

  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.this["pods-pending"].window_duration == "PT1H"
    error_message = "Azure does not accept PT60M"
  }
}

run "a_day_is_written_as_azure_writes_it" {
  command = plan

  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.this["argocd-not-synced"].window_duration == "P1D"
    error_message = "Azure does not accept PT1440M"
  }
}

# terraform/test/alerts.test.ts runs the queries.
run "queries_are_lines_of_one_query" {
  command = plan

  assert {
    condition     = alltrue([for alert in azurerm_monitor_scheduled_query_rules_alert_v2.this : alltrue([for line in slice(split("\n", trimspace(alert.criteria[0].query)), 1, length(split("\n", trimspace(alert.criteria[0].query)))) : startswith(trimspace(line), "|")])])
    error_message = "a query is more than one, or a line of it is lost"
  }
}

run "alerts_are_sent_by_email" {
  command = plan

  variables {
    alert_emails = ["a@example.com", "b@example.com"]
  }

  assert {
    condition     = toset(azurerm_monitor_action_group.on_call.email_receiver[*].email_address) == toset(["a@example.com", "b@example.com"])
    error_message = "not every recipient gets the alerts"
  }
}

run "the_autoscalers_reasons_and_changes_are_recorded" {
  command = plan

  assert {
    condition     = toset(azurerm_monitor_diagnostic_setting.cluster.enabled_log[*].category) == toset(["kube-audit-admin", "guard", "cluster-autoscaler"])
    error_message = "the control plane's logs are not the intended ones"
  }

  assert {
    condition     = azurerm_monitor_data_collection_rule_association.containers.name == "ContainerInsightsExtension"
    error_message = "the agent does not find its rule"
  }
}

run "the_workspace_has_no_keys" {
  command = plan

  assert {
    condition     = azurerm_log_analytics_workspace.this.local_authentication_enabled == false
    error_message = "anyone with a key can write logs"
  }
}

run "a_window_that_azure_does_not_have_is_refused" {
  command = plan

  variables {
    pending_minutes = 20
  }

  expect_failures = [var.pending_minutes]
}

run "an_invalid_address_is_refused" {
  command = plan

  variables {
    alert_emails = ["on-call"]
  }

  expect_failures = [var.alert_emails]
}

run "a_retention_of_a_week_is_refused" {
  command = plan

  variables {
    retention_days = 7
  }

  expect_failures = [var.retention_days]
}

run "a_quota_of_nothing_is_refused" {
  command = plan

  variables {
    daily_quota_gb = 0
  }

  expect_failures = [var.daily_quota_gb]
}
