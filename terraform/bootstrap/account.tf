# The pipeline's accounts. The one that deploys may here read, write its state and its logs, and read the key. What it
# may change is granted by the deployment itself (`deploy_account`), on the deployment's own resources. It can grant
# nothing. The one for pull requests is at the end: it runs whatever a stranger proposes.

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

# A pull request brings its own build file, scripts and Terraform code, so only the rights of its account bound it:
# reading the state, which holds no secret (redis.auth apart), and writing logs. No key, no bucket to write to, no
# viewer's role, and the function's own resources grant it nothing.
resource "google_service_account" "plan" {
  count        = local.pull_requests
  project      = var.project_id
  account_id   = "${var.name}-plan"
  display_name = "${var.name}: plans pull requests, can change nothing"
  depends_on   = [google_project_service.main]
}

resource "google_project_iam_member" "plan_logs" {
  count   = local.pull_requests
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.plan[0].member
}

resource "google_storage_bucket_iam_member" "plan_state" {
  count  = local.pull_requests
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.plan[0].member
}
