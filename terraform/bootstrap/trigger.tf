# Every push to the branch starts a build with cloudbuild.yaml; every pull request may be planned, by somebody else.

locals {
  pull_requests = var.repository != null && var.pull_requests ? 1 : 0

  substitutions = {
    _APPLY          = tostring(var.apply)
    _BUILDS_BUCKET  = google_storage_bucket.builds.name
    _DEPLOY_ACCOUNT = google_service_account.deploy.email
    _KEY_SECRET     = google_secret_manager_secret.key.secret_id
    _NAME           = var.name
    _REGION         = var.region
    _ROLLBACK       = tostring(var.rollback)
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

# The trigger's account counts, whichever one the pull request writes into its build file.
resource "google_cloudbuild_trigger" "pull_request" {
  count           = local.pull_requests
  project         = var.project_id
  location        = var.region
  name            = "${var.name}-pull-request"
  description     = "Test and plan a pull request to ${var.name}, as an account that can change nothing."
  filename        = "cloudbuild.pull-request.yaml"
  service_account = google_service_account.plan[0].id

  substitutions = {
    _NAME         = var.name
    _PLAN_ACCOUNT = google_service_account.plan[0].email
    _REGION       = var.region
    _STATE_BUCKET = google_storage_bucket.state.name
  }

  approval_config {
    approval_required = true # by somebody with the role Cloud Build Approver
  }

  repository_event_config {
    repository = var.repository
    pull_request {
      branch          = var.branch
      comment_control = "COMMENTS_ENABLED" # a collaborator writes /gcbrun first
    }
  }
}
