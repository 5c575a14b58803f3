variable "workload" {
  description = "Same as in the root platform: the cluster is found by its name."
  type        = string
  default     = "shop"
}

variable "environment" {
  description = "Same as in the root platform: the cluster is found by its name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment: use the value that the root platform was applied with, such as \"production\"."
  }
}

variable "login" {
  description = "How kubelogin gets a token: azurecli (you, after `az login`), workloadidentity (a workflow) or devicecode (a browser elsewhere)."
  type        = string
  default     = "azurecli"

  validation {
    condition     = contains(["azurecli", "workloadidentity", "devicecode"], var.login)
    error_message = "login: use azurecli, workloadidentity or devicecode; passwords of service principals are not supported."
  }
}

variable "argocd" {
  description = <<-EOT
    How Argo CD is installed, in addition to argocd/install/values.yaml.
    - `chart_version`: version of the chart argo-cd, which determines the version of Argo CD.
    - `url`: where users reach it. The default is for `kubectl port-forward`: nothing is open to the internet.
    - `high_availability`: three Redis pods instead of one, which need three nodes; null decides by the number of nodes.
    - `administrator_group_ids`, `deployer_group_ids`, `viewer_group_ids`: object ids of Entra groups for the roles in
      values.yaml. Nobody else can sign in.
  EOT
  type = object({
    chart_version           = optional(string, "10.1.1")
    url                     = optional(string, "https://localhost:8080")
    high_availability       = optional(bool)
    administrator_group_ids = set(string)
    deployer_group_ids      = optional(set(string), [])
    viewer_group_ids        = optional(set(string), [])
  })

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.argocd.chart_version))
    error_message = "argocd.chart_version: give one exact version, such as \"10.1.1\"; a range could install a different one with every apply."
  }

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", var.argocd.url))
    error_message = "argocd.url: give https:// and a host without a path, such as \"https://argocd.example.com\"."
  }

  validation {
    condition     = length(var.argocd.administrator_group_ids) > 0
    error_message = "argocd.administrator_group_ids: name at least one group; the built-in administrator is disabled."
  }

  validation {
    condition     = alltrue([for id in setunion(var.argocd.administrator_group_ids, var.argocd.deployer_group_ids, var.argocd.viewer_group_ids) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "argocd: give object ids of groups, such as \"5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11\", not names."
  }
}

variable "repository" {
  description = <<-EOT
    The Git repository that Argo CD deploys from.
    - `url`: https:// for a public one, git@HOST:OWNER/REPO.git for a private one. The key of a private one is a
      Secret that is created by hand, so that it is not in any plan, state or release: docs/deploy-to-azure.md, step 7.
    - `revision`: branch.
  EOT
  type = object({
    url      = string
    revision = optional(string, "main")
  })

  validation {
    condition     = can(regex("^(https://[^\\s@]+|git@[A-Za-z0-9.-]+:[^\\s]+)$", var.repository.url))
    error_message = "repository.url: give https://HOST/OWNER/REPO.git without credentials for a public repository, and git@HOST:OWNER/REPO.git for a private one."
  }
}

variable "shop_values" {
  description = "Values of the shop's chart that are specific to this environment, in addition to helm/shop/values.yaml."
  type        = any
  default     = {}

  validation {
    condition     = can(keys(var.shop_values))
    error_message = "shop_values: give a map like the one in helm/shop/values.yaml."
  }
}
