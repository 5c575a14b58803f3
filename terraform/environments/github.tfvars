# The repository's rules. Replace all of it. What the platform made comes beside it: docs/deploy-to-azure.md, step 5.
repository       = "gitops-actions/gitops-actions"
release_app_id   = 123456
release_team_ids = [1234567] # releasers

environments = {
  production = {
    reviewer_team_ids = [1234567] # releasers
  }
}

settings = {
  attestations      = true
  publishes_actions = true
}
