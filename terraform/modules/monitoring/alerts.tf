# Alerts that are worth waking somebody: each means that customers are about to notice, or that a release did not arrive. All of them ask the
# logs, so that nothing more has to run in the cluster.
locals {
  alerts = {
    nodes-at-maximum = {
      severity    = 1
      window      = 15
      description = "A pod found no node, and the autoscaler may add none: a pool is at max_count. Raise max_count of the pool in the environment's values, or find what asks for so much."
      query       = <<-EOT
        AKSControlPlane
        | where Category == "cluster-autoscaler"
        | where Message has "max node group size reached" or Message has "max cluster limit reached"
      EOT
    }

    pods-pending = {
      severity    = 2
      window      = var.pending_minutes
      description = "A pod has waited for a node for ${var.pending_minutes} minutes. `kubectl describe pod` says what it asks for and why no node has it."
      # The inventory has a line a minute: a pod in nearly all of them has waited all the time.
      query = <<-EOT
        KubePodInventory
        | where ClusterName =~ "${var.cluster.name}" and PodStatus == "Pending"
        | summarize Minutes = dcount(bin(TimeGenerated, 1m)) by Namespace, Name
        | where Minutes >= ${var.pending_minutes - 2}
      EOT
    }

    argocd-degraded = {
      severity    = 1
      window      = 15
      description = "Argo CD says that an application is degraded: a release did not become healthy. The old pods serve on. Look at the application, then revert the release's commit."
      query       = <<-EOT
        ContainerLogV2
        | where PodNamespace == "${var.argocd_namespace}" and ContainerName == "application-controller"
        | where tostring(LogMessage) has "Updated health status" and tostring(LogMessage) has "-> Degraded"
      EOT
    }

    argocd-silent = {
      severity    = 2
      window      = 30
      description = "Argo CD has logged nothing for half an hour: it does not run, or its logs do not arrive. Until it does, no release is deployed and no drift put right."
      query       = <<-EOT
        ContainerLogV2
        | where PodNamespace == "${var.argocd_namespace}" and ContainerName == "application-controller"
        | summarize Lines = count()
        | where Lines == 0
      EOT
    }
  }
}

resource "azurerm_monitor_action_group" "on_call" {
  name                = var.names.action_group
  resource_group_name = var.resource_group_name
  short_name          = "on-call"
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = var.alert_emails

    content {
      name                    = email_receiver.value
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "this" {
  for_each = local.alerts

  name                 = "${each.key}-${var.cluster.name}"
  resource_group_name  = var.resource_group_name
  location             = var.location
  description          = each.value.description
  severity             = each.value.severity
  scopes               = [azurerm_log_analytics_workspace.this.id]
  evaluation_frequency = "PT5M"
  window_duration      = each.value.window == 60 ? "PT1H" : "PT${each.value.window}M"
  # Tables appear in the workspace with their first line; until then the query would be refused.
  skip_query_validation   = true
  auto_mitigation_enabled = true
  tags                    = var.tags

  criteria {
    query                   = each.value.query
    operator                = "GreaterThan"
    threshold               = 0
    time_aggregation_method = "Count"

    failing_periods {
      number_of_evaluation_periods             = 1
      minimum_failing_periods_to_trigger_alert = 1
    }
  }

  action {
    action_groups = [azurerm_monitor_action_group.on_call.id]
  }
}
