# The repository's rules. Replace all of them. The outputs of the platform are in github.platform.tfvars.json:
# docs/deploy-to-azure.md, step 5.
repository       = "gitops-actions/gitops-actions"
release_team_ids = [1234567] # releasers

release_app = {
  id        = 123456
  client_id = "Iv23liExampleExample"
}

environments = {
  production = {
    reviewer_team_ids = [1234567] # releasers
  }
}

settings = {
  attestations      = true
  publishes_actions = true
}
