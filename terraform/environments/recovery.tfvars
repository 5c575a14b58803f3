# Recovery: a second production for when its region is lost. These values override production's:
# -var-file=../environments/production.tfvars -var-file=../environments/recovery.tfvars
environment = "recovery"

# The paired region of production's, which has the copy of the state.
location = "northeurope"

# Different from production's, so that the two can be peered.
network = {
  address_space = "10.43.0.0/16"
  node_subnet   = "10.43.0.0/22"
}

# New registries, which the images are imported into. A replica in this region belongs to production.
registries = {
  production = { replica_locations = [] }
}
