# The function, and who may call it.

locals {
  origins = distinct([for origin in var.allowed_origins : trimspace(origin)])

  # Every value must be known at plan time; see secret.tf.
  settings = { for name, value in {
    ALLOWED_ORIGINS         = join(",", local.origins)
    CALLERS                 = var.callers
    DEFAULT_PROMPT          = var.default_prompt
    GEMINI_API_KEY_SECRET   = local.key_secret
    GEMINI_API_VERSION      = var.gemini_api_version
    GEMINI_BASE_URL         = var.gemini_base_url
    LIMIT_PER_ADDRESS       = var.limit_per_address
    LIMIT_PER_ORIGIN        = local.limit_per_origin
    LIMITS_STORAGE          = local._password_given || contains(keys(local.secret_settings), "LIMITS_STORAGE") ? null : nonsensitive(var.limits_storage)
    NEW_SESSION_SECONDS     = tostring(local.new_session_seconds)
    PAUSED                  = var.paused
    SECRET_MANAGER_BASE_URL = var.secret_manager_base_url
    TOKEN_SECONDS           = tostring(local.token_seconds)
    TRUSTED_HOPS            = tostring(var.trusted_hops)
    USAGE_REPORTS           = var.usage_reports
  } : name => value if value != null && value != "" }

  url                 = coalesce(var.custom_url, google_cloudfunctions2_function.main.service_config[0].uri)
  _websocket          = try(regex("^https://([^/]+)", lower(var.gemini_base_url))[0], "") # where sessions are opened, if not at Google
  _password_given     = nonsensitive(strcontains(var.limits_storage, "@"))
  new_session_seconds = coalesce(var.new_session_seconds, min(120, local.token_seconds))
}

resource "google_cloudfunctions2_function" "main" {
  #checkov:skip=CKV_GCP_124:Browsers on the internet call it; `ingress` narrows it behind a load balancer.
  project     = var.project_id
  location    = var.region
  name        = var.name
  description = "Mints single-use Gemini Live ephemeral tokens for the pages of the allowed origins."

  build_config {
    runtime           = var.runtime
    entry_point       = "mint_token"
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.main.id

    source {
      storage_source {
        bucket     = google_storage_bucket.source.name
        object     = google_storage_bucket_object.source.name
        generation = google_storage_bucket_object.source.generation # else the provider sends the one before
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.runtime.email
    available_cpu                    = tostring(var.cpu)
    available_memory                 = var.memory
    max_instance_request_concurrency = var.concurrency
    timeout_seconds                  = 15 # the longest answer takes 14 seconds: a token with a start in it
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances
    ingress_settings                 = var.ingress
    all_traffic_on_latest_revision   = true

    environment_variables = merge(local.settings, {
      GEMINI_API_KEY_VERSION = tostring(var.gemini_api_key_version) # read by nobody; another value rolls a revision
      LOG_EXECUTION_ID       = "true"
      THREADS                = tostring(var.concurrency) # fewer, and slow mints starve the instance
    })

    dynamic "secret_environment_variables" {
      for_each = local.secret_settings
      content {
        key        = secret_environment_variables.key
        project_id = secret_environment_variables.value.project
        secret     = secret_environment_variables.value.name
        version    = secret_environment_variables.value.version
      }
    }

    direct_vpc_egress = local.network == null ? null : (
      local.network.all_traffic ? "VPC_EGRESS_ALL_TRAFFIC" : "VPC_EGRESS_PRIVATE_RANGES_ONLY"
    )

    dynamic "direct_vpc_network_interface" {
      for_each = local.network == null ? [] : [local.network]
      content {
        network    = direct_vpc_network_interface.value.network
        subnetwork = direct_vpc_network_interface.value.subnetwork
      }
    }
  }

  lifecycle {
    precondition {
      condition     = !local._password_given
      error_message = "limits_storage must hold no user and no password, because it would stand in plan and state: put the whole address into Secret Manager, and name that secret in limits_storage_secret."
    }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build_images,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source_copy,
    google_project_service.main,
    google_secret_manager_secret_iam_member.limits_storage,
    google_secret_manager_secret_iam_member.redis,
    google_secret_manager_secret_iam_member.runtime,
    google_secret_manager_secret_version.main,
    google_storage_bucket_iam_member.build_source,
    terraform_data.settled,
  ]
}

# Loading takes about two and a half seconds of a whole processor. An answer with a start in it takes 14 at most.
check "the_processor_can_start_in_time" {
  assert {
    condition     = var.cpu >= 0.25
    error_message = "cpu is below 0.25: a cold start then takes longer than a page waits, and the first visitor after a pause gets an error instead of a token. Set it to 0.25 or more, or min_instances to 1."
  }
}

# On the Cloud Run service under the function, which has its name: the function itself cannot carry this grant.
resource "google_cloud_run_v2_service_iam_member" "public" {
  count    = var.public ? 1 : 0
  project  = var.project_id
  location = google_cloudfunctions2_function.main.location
  name     = google_cloudfunctions2_function.main.name
  role     = "roles/run.invoker"
  member   = "allUsers"

  lifecycle {
    replace_triggered_by = [google_cloudfunctions2_function.main.id] # a new service starts without grants
  }
}
