# Recovery: overrides production's values, as in recovery.tfvars.
environment = "recovery"
