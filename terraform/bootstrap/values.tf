# Values for Azure, in addition to argocd/install/values.yaml.
locals {
  # With the cluster's own pods, where no applications run: a release can be rolled back even if their nodes are full.
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

  # The clients of Redis, by the labels that the chart sets on their pods.
  redis_clients = [for name in ["application-controller", "repo-server", "server"] : {
    podSelector = { matchLabels = { "app.kubernetes.io/name" = "argocd-${name}", "app.kubernetes.io/instance" = "argocd" } }
  }]

  redis_ha = {
    redis-ha = merge(local.system_nodes, {
      enabled          = true
      hardAntiAffinity = true
      # global.networkPolicy does not apply to this subchart, whose own policies are off by default. Sentinel has no
      # password: anyone who can reach it can make any Redis the master. Only Redis, Sentinel and HAProxy need to reach
      # each other.
      networkPolicy = { enabled = true }
      redis         = { resources = { requests = { cpu = "50m", memory = "64Mi" }, limits = { memory = "128Mi" } } }
      sentinel      = { resources = { requests = { cpu = "20m", memory = "32Mi" }, limits = { memory = "64Mi" } } }
      haproxy = merge(local.system_nodes, {
        hardAntiAffinity = true
        # A pod is removed before its successor starts, because each of three nodes has one, and the default strategy
        # would wait for a fourth node: https://github.com/argoproj/argo-cd/issues/16627
        deploymentStrategy = { type = "RollingUpdate", rollingUpdate = { maxSurge = 0, maxUnavailable = 1 } }
        networkPolicy = {
          enabled = true
          # Without `ports` the chart opens those of Redis and Sentinel.
          ingressRules = [{ selectors = local.redis_clients }]
          # The address of the node-local DNS. The chart allows it for Redis, but not for HAProxy.
          egressRules = [{ selectors = [{ ipBlock = { cidr = "169.254.0.0/16" } }], ports = [{ port = 53, protocol = "UDP" }, { port = 53, protocol = "TCP" }] }]
        }
        resources = { requests = { cpu = "20m", memory = "64Mi" }, limits = { memory = "128Mi" } }
      })
    })
  }

  # Argo CD authenticates with its service account's token; there is no client secret:
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
        # Argo CD reads every key policy.NAME.csv in addition to policy.csv, which defines these roles.
        "policy.groups.csv" = join("\n", [for entry in local.role_groups : "g, ${entry.group}, role:${entry.role}"])
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
