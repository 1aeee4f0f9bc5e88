# The archive that is deployed (files.tf says what is in it), and the bucket that it is uploaded to.

data "archive_file" "main" {
  type             = "zip"
  output_path      = "${path.root}/.terraform/${var.name}-${local._content}.zip"
  output_file_mode = "0644"

  dynamic "source" {
    for_each = local.files
    content {
      filename = source.key
      content  = file(source.value)
    }
  }

  lifecycle {
    precondition {
      condition     = contains(keys(local.files), "prompts/${var.default_prompt}.md")
      error_message = "There is no prompt file ${var.default_prompt}.md in ${local._prompts}: add it, or set default_prompt to one that is there."
    }
  }
}

resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:Access logs of a bucket that holds public source code would cost more than the bucket.
  #checkov:skip=CKV_GCP_78:Each archive has its own name and the repository has the history; old versions would only be billed.
  project                     = var.project_id
  name                        = "${var.project_id}-${var.name}-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # nothing but archives that can be built again

  soft_delete_policy {
    retention_duration_seconds = 0 # seven days of deleted archives would be billed
  }

  depends_on = [google_project_service.main]
}

# Named by its content: other content is another object, and another object is a new deploy.
resource "google_storage_bucket_object" "source" {
  bucket       = google_storage_bucket.source.name
  name         = "function-${data.archive_file.main.output_sha256}.zip"
  source       = data.archive_file.main.output_path
  content_type = "application/zip"
}
