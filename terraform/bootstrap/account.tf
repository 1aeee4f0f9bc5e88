# The pipeline's account. Here it may read, write its state and its logs, and read the key. What it may change is
# granted by the deployment itself (`deploy_account`), on the deployment's own resources. It can grant nothing.

locals {
  viewer_roles = toset(concat(
    [
      "roles/cloudfunctions.viewer",          # functions, and the operations that change them
      "roles/iam.securityReviewer",           # the grants, to compare them with the configuration
      "roles/iam.serviceAccountViewer",       # the accounts
      "roles/run.viewer",                     # the services and their revisions
      "roles/serviceusage.serviceUsageViewer" # the APIs
    ],
    tolist(var.extra_viewer_roles),
  ))
}

resource "google_service_account" "deploy" {
  project      = var.project_id
  account_id   = "${var.name}-deploy"
  display_name = "${var.name}: deploys from Cloud Build"
  depends_on   = [google_project_service.main]
}

resource "google_project_iam_member" "deploy_views" {
  for_each = local.viewer_roles
  project  = var.project_id
  role     = each.value
  member   = google_service_account.deploy.member
}

resource "google_project_iam_member" "deploy_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.deploy.member
}

resource "google_storage_bucket_iam_member" "deploy_state" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectUser"
  member = google_service_account.deploy.member
}

resource "google_storage_bucket_iam_member" "deploy_builds" {
  bucket = google_storage_bucket.builds.name
  role   = "roles/storage.objectUser"
  member = google_service_account.deploy.member
}

# The key for the pipeline to hand on. A person puts it in; no version of it is made here, so it is in no state.
resource "google_secret_manager_secret" "key" {
  project   = var.project_id
  secret_id = "${var.name}-pipeline-gemini-api-key"

  replication {
    auto {}
  }

  depends_on = [google_project_service.main]
}

resource "google_secret_manager_secret_iam_member" "deploy_key" {
  project   = var.project_id
  secret_id = google_secret_manager_secret.key.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.deploy.member
}
