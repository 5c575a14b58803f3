# What Azure adds to argocd/install/values.yaml.
locals {
  # Beside the cluster's own pods, where applications do not come: a release can be taken back also when their nodes are full.
  system_nodes = {
    nodeSelector = { "kubernetes.azure.com/mode" = "system" }
    tolerations  = [{ key = "CriticalAddonsOnly", operator = "Exists" }]
  }

  placement = {
    global = merge(local.system_nodes, {
      topologySpreadConstraints = [{
        maxSkew           = 1
        topologyKey       = "topology.kubernetes.io/zone"
        whenUnsatisfiable = "ScheduleAnyway"
      }]
    })
  }

  # Who talks to Redis, by the labels that the chart gives to their pods.
  redis_clients = [for name in ["application-controller", "repo-server", "server"] : {
    podSelector = { matchLabels = { "app.kubernetes.io/name" = "argocd-${name}", "app.kubernetes.io/instance" = "argocd" } }
  }]

  redis_ha = {
    redis-ha = merge(local.system_nodes, {
      enabled          = true
      hardAntiAffinity = true
      # global.networkPolicy does not reach this subchart, whose own policies are off by default. Sentinel has no password: who reaches it may make any Redis the
      # master. Redis and Sentinel are for each other and for HAProxy.
      networkPolicy = { enabled = true }
      redis         = { resources = { requests = { cpu = "50m", memory = "64Mi" }, limits = { memory = "128Mi" } } }
      sentinel      = { resources = { requests = { cpu = "20m", memory = "32Mi" }, limits = { memory = "64Mi" } } }
      haproxy = merge(local.system_nodes, {
        hardAntiAffinity = true
        # One goes before its successor comes, because each of three nodes has one, and Kubernetes' own choice waits for a fourth:
        # https://github.com/argoproj/argo-cd/issues/16627
        deploymentStrategy = { type = "RollingUpdate", rollingUpdate = { maxSurge = 0, maxUnavailable = 1 } }
        networkPolicy = {
          enabled = true
          # Without ports the chart opens those of Redis and Sentinel.
          ingressRules = [{ selectors = local.redis_clients }]
          # Where a node answers for the cluster's DNS. The chart allows it to Redis by itself, and to HAProxy not.
          egressRules = [{ selectors = [{ ipBlock = { cidr = "169.254.0.0/16" } }], ports = [{ port = 53, protocol = "UDP" }, { port = 53, protocol = "TCP" }] }]
        }
        resources = { requests = { cpu = "20m", memory = "64Mi" }, limits = { memory = "128Mi" } }
      })
    })
  }

  # Argo CD proves who it is with its service account's token; there is no client secret:
  # https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/microsoft/
  sign_in = {
    configs = {
      cm = {
        url = var.argocd.url
        "oidc.config" = yamlencode({
          name                   = "Entra"
          issuer                 = "https://login.microsoftonline.com/${data.azurerm_client_config.current.tenant_id}/v2.0"
          clientID               = azuread_application.argocd.client_id
          azure                  = { useWorkloadIdentity = true }
          requestedIDTokenClaims = { groups = { essential = true } }
          requestedScopes        = keys(local.sign_in_scopes)
        })
      }
      rbac = {
        # Argo CD reads every key of the form policy.NAME.csv beside policy.csv, whose roles these are.
        "policy.groups.csv" = join("\n", [for each in local.role_groups : "g, ${each.group}, role:${each.role}"])
      }
    }
    server = {
      podLabels      = { "azure.workload.identity/use" = "true" }
      serviceAccount = { annotations = { "azure.workload.identity/client-id" = azuread_application.argocd.client_id } }
    }
  }

  role_groups = concat(
    [for id in sort(var.argocd.administrator_group_ids) : { group = id, role = "administrator" }],
    [for id in sort(var.argocd.deployer_group_ids) : { group = id, role = "deployer" }],
    [for id in sort(var.argocd.viewer_group_ids) : { group = id, role = "viewer" }],
  )
}
