# Opt-in: one Redis for the limits, so that they are exact across instances. Its address and password are known only
# after it is made, and an environment variable must be known before: the function gets them from a secret.

resource "google_redis_instance" "main" {
  #checkov:skip=CKV_GCP_97:redis-py would have to be given Memorystore's private authority. The counters say nothing about anybody, and the network is private.
  count              = var.redis == null ? 0 : 1
  project            = var.project_id
  region             = var.region
  name               = var.name
  display_name       = "Limits of ${var.name}"
  tier               = var.redis.tier
  memory_size_gb     = var.redis.memory_size_gb
  redis_version      = "REDIS_7_2"
  auth_enabled       = true
  connect_mode       = "DIRECT_PEERING"
  authorized_network = "projects/${var.project_id}/global/networks/${local.network.network}"
  depends_on         = [google_project_service.main]
}

resource "google_secret_manager_secret" "redis" {
  count     = var.redis == null ? 0 : 1
  project   = var.project_id
  secret_id = "${var.name}-limits-storage"

  replication {
    auto {}
  }

  depends_on = [google_project_service.main]
}

resource "google_secret_manager_secret_version" "redis" {
  count                  = var.redis == null ? 0 : 1
  project                = var.project_id
  secret                 = google_secret_manager_secret.redis[0].id
  secret_data_wo         = "redis://:${google_redis_instance.main[0].auth_string}@${google_redis_instance.main[0].host}:${google_redis_instance.main[0].port}/0"
  secret_data_wo_version = 1

  lifecycle {
    create_before_destroy = true
    replace_triggered_by = [
      google_redis_instance.main[0].auth_string,
      google_redis_instance.main[0].host,
    ]
  }
}

resource "google_secret_manager_secret_iam_member" "redis" {
  count     = var.redis == null ? 0 : 1
  project   = var.project_id
  secret_id = google_secret_manager_secret.redis[0].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}
