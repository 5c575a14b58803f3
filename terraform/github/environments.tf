locals {
  environment_names = {
    for name in keys(var.environments) : name => var.platform == null ? name : var.platform.environments[name]
  }

  # The refs that can use each environment. Entra trusts the environment's name in a token, so this is what keeps pull
  # requests and branches away from the registries: staging is for main, production for version tags.
  allowed_refs = {
    staging    = { branch = "main", tag = null }
    production = { branch = null, tag = local.version_tags }
    plan       = { branch = "main", tag = null }
  }
}

resource "github_repository_environment" "this" {
  for_each = var.environments

  repository          = local.name
  environment         = local.environment_names[each.key]
  wait_timer          = each.value.wait_minutes
  prevent_self_review = !each.value.self_review
  can_admins_bypass   = false

  dynamic "reviewers" {
    for_each = length(each.value.reviewer_team_ids) + length(each.value.reviewer_user_ids) > 0 ? [each.value] : []

    content {
      teams = reviewers.value.reviewer_team_ids
      users = reviewers.value.reviewer_user_ids
    }
  }

  deployment_branch_policy {
    protected_branches     = false
    custom_branch_policies = true
  }
}

resource "github_repository_environment_deployment_policy" "this" {
  for_each = local.allowed_refs

  repository     = local.name
  environment    = github_repository_environment.this[each.key].environment
  branch_pattern = each.value.branch
  tag_pattern    = each.value.tag
}

locals {
  # The workflows' secrets and the environments that they belong to. They are set by hand, because everything that
  # Terraform sets is in its state: docs/deploy-to-azure.md, step 6. With sign-in to Azure only one of the first two is
  # needed: the App's key, or a machine account's token.
  secrets = {
    RELEASE_APP_PRIVATE_KEY = ["production"]
    RELEASE_TOKEN           = ["production"]
    NPMRC                   = ["staging", "production"]
    STAGING_PASSWORD        = ["staging", "production"]
    PRODUCTION_PASSWORD     = ["production"]
  }

  variables = {
    for name, value in {
      STAGING_REGISTRY      = try(var.platform.staging_registry, null)
      PRODUCTION_REGISTRY   = try(var.platform.production_registry, null)
      STAGING_USERNAME      = var.settings.staging_username
      PRODUCTION_USERNAME   = var.settings.production_username
      AZURE_TENANT_ID       = try(var.platform.tenant_id, null)
      AZURE_SUBSCRIPTION_ID = try(var.platform.subscription_id, null)
      RELEASE_APP_CLIENT_ID = try(var.release_app.client_id, null)
      BASE_IMAGE            = var.settings.base_image
      BUILDKIT_IMAGE        = var.settings.buildkit_image
      BUILD_IMAGE           = var.settings.build_image
      PROMOTE               = var.settings.promote
      ATTESTATIONS          = try(tostring(var.settings.attestations), null)
      RUNS_ON               = var.settings.runs_on
      MAJOR_TAG             = var.settings.publishes_actions ? "true" : null
    } : name => value if value != null
  }

  # A different identity in each environment.
  client_ids = var.platform == null ? {} : var.platform.client_ids
}

resource "github_actions_variable" "this" {
  for_each = local.variables

  repository    = local.name
  variable_name = each.key
  value         = each.value
}

resource "github_actions_environment_variable" "client_id" {
  for_each = local.client_ids

  repository    = local.name
  environment   = github_repository_environment.this[each.key].environment
  variable_name = "AZURE_CLIENT_ID"
  value         = each.value
}
