# Alerts that are worth a call at night: each means that customers are about to notice, or that a release was not
# deployed. All of them query the logs, so that nothing more has to run in the cluster.
locals {
  # The log of Argo CD's controller, as text, which is the chart's default, or as JSON, which escapes > as \u003e.
  argocd_lines = <<-EOT
    ContainerLogV2
    | where PodNamespace == "${var.argocd_namespace}" and ContainerName == "application-controller"
    | extend Line = tostring(LogMessage)
    | extend Application = extract(@'\bapplication"?[=:]"?([\w.-]+)', 1, Line)
  EOT
  # How long a deployment may take: a failed sync is retried for a few minutes.
  argocd_sync_timeout_minutes = 15

  alerts = {
    nodes-at-maximum = {
      severity    = 1
      window      = 15
      description = "A pod has no node, and the autoscaler cannot add one: a pool is at max_count. Raise max_count of the pool in the environment's values, or find what requests so much."
      query       = <<-EOT
        AKSControlPlane
        | where Category == "cluster-autoscaler"
        | where Message has "max node group size reached" or Message has "max cluster limit reached"
      EOT
    }

    pods-pending = {
      severity    = 2
      window      = var.pending_minutes
      description = "A pod has waited for a node for ${var.pending_minutes} minutes. `kubectl describe pod` shows what it requests and why no node fits."
      # The inventory has one line per minute: a pod in nearly all of them has been waiting the whole time.
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
      description = "Argo CD reports that an application is degraded: a release did not become healthy. The old pods keep serving. Check the application, then revert the release's commit."
      query       = <<-EOT
        ${trimspace(local.argocd_lines)}
        | where Line matches regex @'Updated health status: \w* (?:->|-\\u003e) Degraded'
      EOT
    }

    # An application that cannot be rendered, or that the API server refuses, stays Healthy:
    # https://github.com/argoproj/argo-cd/issues/22124, #10330
    argocd-sync-failed = {
      severity    = 1
      window      = 15
      description = "Argo CD gave up a sync: a release was not deployed, or only in part. The old pods keep serving. Check the application's last sync, then revert the release's commit."
      query       = <<-EOT
        ${trimspace(local.argocd_lines)}
        | extend Result = extract(@'ync operation (?:to \S* )?(failed|succeeded)', 1, Line)
        | where isnotempty(Result)
        | summarize arg_max(TimeGenerated, Result) by Application
        | where Result == "failed"
      EOT
    }

    # A change of the status is logged once, so the query looks for the last change to or from Synced within a day.
    # After a day the alert resolves in any case.
    argocd-not-synced = {
      severity    = 1
      window      = 1440
      description = "For ${local.argocd_sync_timeout_minutes} minutes the cluster has differed from Git (OutOfSync), or Argo CD has not been able to compare them (Unknown, ComparisonError): the chart cannot be rendered, Git cannot be reached, or a sync does not end. Check the application's conditions, then revert the release's commit."
      query       = <<-EOT
        ${trimspace(local.argocd_lines)}
        | where Line matches regex @'Updated sync status: (?:(?:Synced)? (?:->|-\\u003e)|\w* (?:->|-\\u003e) Synced)'
        | extend Status = extract(@'Updated sync status: \w* (?:->|-\\u003e) (\w+)', 1, Line)
        | summarize arg_max(TimeGenerated, Status) by Application
        | where Status != "Synced" and TimeGenerated < ago(${local.argocd_sync_timeout_minutes}m)
      EOT
    }

    argocd-silent = {
      severity    = 2
      window      = 30
      description = "Argo CD has logged nothing for half an hour: it is not running, or its logs are not collected. Until it runs, no release is deployed and no drift is reverted."
      query       = <<-EOT
        ${trimspace(local.argocd_lines)}
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
  window_duration      = lookup({ 60 = "PT1H", 1440 = "P1D" }, each.value.window, "PT${each.value.window}M")
  # Tables appear in the workspace with their first line; until then the query would be rejected.
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
