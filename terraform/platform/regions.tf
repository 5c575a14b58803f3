# Regions with three availability zones: https://learn.microsoft.com/azure/reliability/regions-list
locals {
  regions_with_zones = [
    "australiaeast", "austriaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "chilecentral", "eastasia", "eastus", "eastus2",
    "francecentral", "germanywestcentral", "indonesiacentral", "israelcentral", "italynorth", "japaneast", "japanwest", "koreacentral",
    "malaysiawest", "mexicocentral", "newzealandnorth", "northeurope", "norwayeast", "polandcentral", "qatarcentral", "southafricanorth",
    "southcentralus", "southeastasia", "spaincentral", "swedencentral", "switzerlandnorth", "uaenorth", "uksouth", "westeurope", "westus2",
    "westus3",
  ]

  # Regions without the StandardV2 NAT gateway, which spans the zones:
  # https://learn.microsoft.com/azure/nat-gateway/nat-sku
  regions_without_zonal_egress = ["canadaeast", "indonesiacentral", "israelnorthwest", "qatarcentral", "swedensouth", "westindia"]
}
