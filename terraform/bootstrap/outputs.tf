output "argocd" {
  description = "URL and namespace of Argo CD, and the version of its chart."
  value = {
    url               = var.argocd.url
    namespace         = local.namespace
    chart_version     = helm_release.argocd.version
    high_availability = local.high_availability
  }
}

output "sign_in_client_id" {
  description = "Client id of the Entra application for the sign-in."
  value       = azuread_application.argocd.client_id
}
