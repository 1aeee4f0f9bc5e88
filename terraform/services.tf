# The Google APIs that the deployment uses. They stay on after a destroy: others in the project may need them.

locals {
  _redis_services = var.redis == null ? [] : ["redis.googleapis.com"]
  _vpc_services   = var.redis == null && var.vpc == null ? [] : ["compute.googleapis.com"]

  services = concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "generativelanguage.googleapis.com",
      "iam.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ],
    local._redis_services,
    local._vpc_services,
  )
}

resource "google_project_service" "main" {
  for_each           = toset(local.services)
  project            = var.project_id
  service            = each.value
  disable_on_destroy = false
}
