variable "workload" {
  description = "As in the root platform: the cluster is found by its name."
  type        = string
  default     = "shop"
}

variable "environment" {
  description = "As in the root platform: the cluster is found by its name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment: use the name that the root platform was applied with, such as \"production\"."
  }
}

variable "login" {
  description = "How kubelogin gets a token: azurecli (you, after `az login`), workloadidentity (a workflow) or devicecode (a browser elsewhere)."
  type        = string
  default     = "azurecli"

  validation {
    condition     = contains(["azurecli", "workloadidentity", "devicecode"], var.login)
    error_message = "login: use azurecli, workloadidentity or devicecode. Passwords of service principals are not offered."
  }
}

variable "argocd" {
  description = <<-EOT
    How Argo CD is installed, beside argocd/install/values.yaml.
    - `chart_version`: of the chart argo-cd; it decides the version of Argo CD.
    - `url`: where people reach it. The default is `kubectl port-forward`: nothing is open to the internet.
    - `high_availability`: three Redis nodes instead of one; null decides by the number of nodes, of which it needs three.
    - `administrator_group_ids`, `deployer_group_ids`, `viewer_group_ids`: object ids of Entra groups for the roles in values.yaml. Nobody else can sign in.
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
    error_message = "argocd.chart_version: give one exact version, such as \"10.1.1\"; a range would install another one at every apply."
  }

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", var.argocd.url))
    error_message = "argocd.url: give https:// and a host without a path, such as \"https://argocd.example.com\"."
  }

  validation {
    condition     = length(var.argocd.administrator_group_ids) > 0
    error_message = "argocd.administrator_group_ids: name at least one group; the built-in administrator is off."
  }

  validation {
    condition     = alltrue([for id in setunion(var.argocd.administrator_group_ids, var.argocd.deployer_group_ids, var.argocd.viewer_group_ids) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "argocd: give object ids of groups, such as \"5f0c2a4e-8f43-4f0e-9a55-0d1a7d2c7b11\", not names."
  }
}

variable "repository" {
  description = <<-EOT
    The Git repository that Argo CD deploys from.
    - `url`: https:// for a public one, git@HOST:OWNER/REPO.git for a private one. The key of a private one is a Secret that is made by hand and not here, so
      that it is in no plan, no state and no release: docs/deploy-to-azure.md, step 7.
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
  description = "Values of the shop's chart that only this environment knows, beside helm/shop/values.yaml."
  type        = any
  default     = {}

  validation {
    condition     = can(keys(var.shop_values))
    error_message = "shop_values: give a map like that in helm/shop/values.yaml."
  }
}
