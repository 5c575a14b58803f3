output "names" {
  description = "The name of each resource, by kind."
  value       = local.names
}

output "tags" {
  description = "The tags of every resource."
  value       = local.tags
}
