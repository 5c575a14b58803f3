output "variables" {
  description = "Names of the repository's variables."
  value       = sort(keys(github_actions_variable.this))
}

output "environment_variables" {
  description = "Names of the variables of each environment."
  value       = { for name, variable in github_actions_environment_variable.client_id : variable.environment => [variable.variable_name] }
}

output "environments" {
  description = "The environments, and the refs that can use each of them."
  value = {
    for name, policy in github_repository_environment_deployment_policy.this : policy.environment => {
      branch = policy.branch_pattern
      tag    = policy.tag_pattern
    }
  }
}

output "oidc_subjects" {
  description = "The subject of the token that a job in each environment gets, which Entra must trust."
  value       = { for name, environment in github_repository_environment.this : environment.environment => "${local.subject}:environment:${environment.environment}" }
}

output "required_checks" {
  description = "Jobs that must pass before a change reaches main."
  value       = var.main.required_checks
}

output "secrets" {
  description = "Secrets that the workflows read, and the environments to set them in by hand. With sign-in to Azure only RELEASE_APP_PRIVATE_KEY is needed, or RELEASE_TOKEN if a machine account releases."
  value       = { for name, environments in local.secrets : name => [for environment in environments : local.environment_names[environment]] }
}
