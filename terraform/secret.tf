# The Gemini API key. It passes through Terraform to Secret Manager and stays in neither plan nor state.

locals {
  _given_secret = try(regex("^projects/(?P<project>[^/]+)/secrets/(?P<name>[^/]+)/versions/", var.gemini_api_key_secret), null)

  # `latest`, because Secret Manager numbers versions itself and somebody may add one by hand. A new
  # gemini_api_key_version rolls a revision that reads it (GEMINI_API_KEY_VERSION in function.tf).
  #
  # Built from what is known at plan time. An unknown value here breaks every later apply: the provider plans all
  # variables as removed and then fails with "Provider produced inconsistent final plan".
  key_secret = (
    local._given_secret == null
    ? "projects/${var.project_id}/secrets/${one(google_secret_manager_secret.main[*].secret_id)}/versions/latest"
    : var.gemini_api_key_secret
  )
}

resource "google_secret_manager_secret" "main" {
  count     = local._given_secret == null ? 1 : 0
  project   = var.project_id
  secret_id = "${var.name}-gemini-api-key"

  replication {
    auto {}
  }

  depends_on = [google_project_service.main]
}

# Sent only when gemini_api_key_version is new. The provider wants a value at every plan, so no key is an empty one;
# Google refuses to store that, and the version before stays.
resource "google_secret_manager_secret_version" "main" {
  count                  = local._given_secret == null ? 1 : 0
  project                = var.project_id
  secret                 = google_secret_manager_secret.main[0].id
  secret_data_wo         = var.gemini_api_key == null ? "" : trimspace(var.gemini_api_key)
  secret_data_wo_version = var.gemini_api_key_version

  lifecycle {
    create_before_destroy = true # a rotation never leaves the secret empty
  }
}

resource "google_secret_manager_secret_iam_member" "runtime" {
  project   = local._given_secret == null ? var.project_id : local._given_secret.project
  secret_id = local._given_secret == null ? google_secret_manager_secret.main[0].secret_id : local._given_secret.name
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}
