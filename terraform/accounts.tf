# Who runs the function and who builds it. Neither is a default account, neither can do anything else.

resource "google_service_account" "runtime" {
  project      = var.project_id
  account_id   = "${var.name}-run"
  display_name = "${var.name}: runs the function, reads its key"
  depends_on   = [google_project_service.main]
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "${var.name}-build"
  display_name = "${var.name}: builds the function's image"
  depends_on   = [google_project_service.main]
}

# Build logs belong to the project; there is no smaller thing to grant this on.
resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Google copies the archive into a bucket that does not exist before the first deploy, and the build reads the copy.
resource "google_project_iam_member" "build_source_copy" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title       = "Only Google's copies of function sources"
    description = "Buckets named gcf-v2-sources-NUMBER-REGION."
    expression  = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
  }
}

resource "google_storage_bucket_iam_member" "build_source" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build_images" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.main.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# Grants take effect within a minute or so. The first build would otherwise fail, and a second apply succeed.
resource "terraform_data" "settled" {
  count = var.settle_seconds > 0 ? 1 : 0

  triggers_replace = [
    google_service_account.build.email,
    google_service_account.runtime.email,
  ]

  provisioner "local-exec" {
    command = "sleep ${var.settle_seconds}"
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build_images,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source_copy,
    google_secret_manager_secret_iam_member.runtime,
    google_storage_bucket_iam_member.build_source,
  ]
}
