# The images that Google builds from the archive; old ones are removed, or they would outgrow the free half gigabyte.

resource "google_artifact_registry_repository" "main" {
  #checkov:skip=CKV_GCP_84:Google's own encryption keys do for public source code; a key of one's own costs and can be lost.
  project                = var.project_id
  location               = var.region
  repository_id          = var.name
  description            = "Images of the function ${var.name}."
  format                 = "DOCKER"
  cleanup_policy_dry_run = false

  cleanup_policies {
    id     = "keep-two"
    action = "KEEP"
    most_recent_versions {
      keep_count = 2 # the one that runs, and the one to roll back to
    }
  }

  cleanup_policies {
    id     = "delete-older"
    action = "DELETE"
    condition {
      older_than = "86400s"
      tag_state  = "ANY"
    }
  }

  depends_on = [google_project_service.main]
}
