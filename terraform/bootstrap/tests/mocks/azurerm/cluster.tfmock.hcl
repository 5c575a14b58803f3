# The platform that the tests find: a tenant, and a cluster with three system nodes.
mock_data "azurerm_client_config" {
  defaults = {
    tenant_id = "96eb6052-7321-438f-b739-72167f75534c"
  }
}

mock_data "azurerm_kubernetes_cluster" {
  defaults = {
    oidc_issuer_url = "https://issuer.example.com/"
    kube_config     = [{ host = "https://cluster.example.com", cluster_ca_certificate = "Y2VydGlmaWNhdGU=", client_certificate = "", client_key = "", username = "", password = "" }]
    agent_pool_profile = [
      { name = "system", min_count = 3, max_count = 5, count = 3 },
      { name = "apps", min_count = 3, max_count = 10, count = 4 },
    ]
  }
}
