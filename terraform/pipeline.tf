# Opt-in: what the pipeline's account may do here. It ships code and rotates the key; it can grant nothing to anybody,
# and reads the rest with the project-wide viewer roles that terraform/bootstrap gives it.

locals {
  deployers = toset(var.deploy_account == null ? [] : ["serviceAccount:${var.deploy_account}"])
}

resource "google_service_account_iam_member" "deploy_as_runtime" {
  for_each           = local.deployers
  service_account_id = "projects/${var.project_id}/serviceAccounts/${google_service_account.runtime.email}"
  role               = "roles/iam.serviceAccountUser"
  member             = each.value
}

resource "google_service_account_iam_member" "deploy_as_build" {
  for_each           = local.deployers
  service_account_id = "projects/${var.project_id}/serviceAccounts/${google_service_account.build.email}"
  role               = "roles/iam.serviceAccountUser"
  member             = each.value
}

resource "google_storage_bucket_iam_member" "deploy_source" {
  for_each = local.deployers
  bucket   = google_storage_bucket.source.name
  role     = "roles/storage.objectUser"
  member   = each.value
}

resource "google_storage_bucket_iam_member" "deploy_source_bucket" {
  for_each = local.deployers
  bucket   = google_storage_bucket.source.name
  role     = "roles/storage.legacyBucketReader"
  member   = each.value
}

resource "google_artifact_registry_repository_iam_member" "deploy_images" {
  for_each   = local.deployers
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.main.repository_id
  role       = "roles/artifactregistry.reader"
  member     = each.value
}

resource "google_secret_manager_secret_iam_member" "deploy_key" {
  for_each  = local._given_secret == null ? local.deployers : toset([])
  project   = var.project_id
  secret_id = google_secret_manager_secret.main[0].secret_id
  role      = "roles/secretmanager.secretVersionManager" # stores and destroys versions, reads none
  member    = each.value
}

# The role above holds versions only, and Terraform looks at the secret itself, too.
resource "google_secret_manager_secret_iam_member" "deploy_views_key" {
  for_each  = local._given_secret == null ? local.deployers : toset([])
  project   = var.project_id
  secret_id = google_secret_manager_secret.main[0].secret_id
  role      = "roles/secretmanager.viewer"
  member    = each.value
}

resource "google_secret_manager_secret_iam_member" "deploy_views_redis" {
  for_each  = var.redis == null ? toset([]) : local.deployers
  project   = var.project_id
  secret_id = google_secret_manager_secret.redis[0].secret_id
  role      = "roles/secretmanager.viewer"
  member    = each.value
}

resource "google_cloudfunctions2_function_iam_member" "deploy" {
  for_each       = local.deployers
  project        = var.project_id
  location       = google_cloudfunctions2_function.main.location
  cloud_function = google_cloudfunctions2_function.main.name
  role           = "roles/cloudfunctions.developer"
  member         = each.value
}

# To send the traffic back to the revision before.
resource "google_cloud_run_v2_service_iam_member" "deploy" {
  for_each = local.deployers
  project  = var.project_id
  location = google_cloudfunctions2_function.main.location
  name     = google_cloudfunctions2_function.main.name
  role     = "roles/run.developer"
  member   = each.value

  lifecycle {
    replace_triggered_by = [google_cloudfunctions2_function.main.id]
  }
}
