output "cluster" {
  description = "The control plane's identity: `id` and `principal_id`."
  value = {
    id           = azurerm_user_assigned_identity.cluster.id
    principal_id = azurerm_user_assigned_identity.cluster.principal_id
  }
}

output "kubelet" {
  description = "The nodes' identity: `id`, `principal_id` and `client_id`."
  value = {
    id           = azurerm_user_assigned_identity.kubelet.id
    principal_id = azurerm_user_assigned_identity.kubelet.principal_id
    client_id    = azurerm_user_assigned_identity.kubelet.client_id
  }
}

output "github" {
  description = "GitHub's identities by name: `principal_id`, `client_id` and the `subject` that Entra trusts."
  value = {
    for name, identity in azurerm_user_assigned_identity.github : name => {
      principal_id = identity.principal_id
      client_id    = identity.client_id
      subject      = azurerm_federated_identity_credential.github[name].subject
    }
  }
}
