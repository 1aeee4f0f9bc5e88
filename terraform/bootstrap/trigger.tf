# Every push to the branch starts a build with cloudbuild.yaml.

locals {
  substitutions = {
    _APPLY          = tostring(var.apply)
    _BUILDS_BUCKET  = google_storage_bucket.builds.name
    _DEPLOY_ACCOUNT = google_service_account.deploy.email
    _KEY_SECRET     = google_secret_manager_secret.key.secret_id
    _NAME           = var.name
    _REGION         = var.region
    _STATE_BUCKET   = google_storage_bucket.state.name
  }
}

resource "google_cloudbuild_trigger" "main" {
  count           = var.repository == null ? 0 : 1
  project         = var.project_id
  location        = var.region
  name            = "${var.name}-deploy"
  description     = "Test, plan, apply and prove ${var.name}."
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.deploy.id
  substitutions   = local.substitutions

  repository_event_config {
    repository = var.repository
    push {
      branch = var.branch
    }
  }
}
