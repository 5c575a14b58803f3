output "argocd" {
  description = "Where Argo CD is, and in which version of its chart."
  value = {
    url               = var.argocd.url
    namespace         = local.namespace
    chart_version     = helm_release.argocd.version
    high_availability = local.high_availability
  }
}

output "sign_in_client_id" {
  description = "Client id of the sign-in's Entra application."
  value       = azuread_application.argocd.client_id
}
