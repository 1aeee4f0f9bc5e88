# The state, with its history, and what builds leave behind, for three months.

resource "google_storage_bucket" "state" {
  #checkov:skip=CKV_GCP_62:Who reads or writes the state is in the audit logs of Cloud Storage, where they are on.
  project                     = var.project_id
  name                        = "${var.project_id}-${var.name}-state"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      num_newer_versions = 30
      with_state         = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.main]
}

resource "google_storage_bucket" "builds" {
  #checkov:skip=CKV_GCP_62:Plans and test reports of public code.
  #checkov:skip=CKV_GCP_78:Every build writes under its own id.
  project                     = var.project_id
  name                        = "${var.project_id}-${var.name}-builds"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  lifecycle_rule {
    condition {
      age = 90
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [google_project_service.main]
}
