# What Entra assigns, known at plan time so that the tests can compare it.
mock_resource "azuread_application" {
  override_during = plan
  defaults = {
    id        = "/applications/66666666-6666-6666-6666-666666666666"
    client_id = "77777777-7777-7777-7777-777777777777"
  }
}
