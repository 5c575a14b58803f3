# Recovery: where production comes up again when its region is lost. These values lie over production's and say only where:
# -var-file=../environments/production.tfvars -var-file=../environments/recovery.tfvars
environment = "recovery"

# The one that production's region is paired with, which has the copy of the state.
location = "northeurope"

# Apart from production's, so that the two can be peered.
network = {
  address_space = "10.43.0.0/16"
  node_subnet   = "10.43.0.0/22"
}

# New ones, into which the images are imported. A copy in this region is production's.
registries = {
  production = { replica_locations = [] }
}
