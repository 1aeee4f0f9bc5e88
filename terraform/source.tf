# What is deployed: a whitelist, so that a test, a note or a key beside the code never is.

locals {
  _root    = coalesce(var.source_directory, "${path.module}/..")
  _prompts = coalesce(var.prompts, "${local._root}/prompts")
  _code    = concat(["main.py", "requirements.txt", "livetoken/prompts/languages.json"], tolist(fileset(local._root, "livetoken/**/*.py")))

  # name in the archive => file on this machine
  files = merge(
    { for path in local._code : path => "${local._root}/${path}" if !can(regex("(^|/)\\.", path)) },
    { for name in fileset(local._prompts, "*.md") : "prompts/${name}" => "${local._prompts}/${name}" if can(regex("^[a-z0-9][a-z0-9-]*\\.md$", name)) },
  )

  # In the archive's own path, so that a saved plan still finds what it was made from.
  _content = substr(sha256(jsonencode({ for name, file in local.files : name => filesha256(file) })), 0, 16)
}

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
