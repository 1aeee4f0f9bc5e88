# Where the limits count, when that is a secret: a Redis of yours, named by a secret of yours, or one that is made here.
#
# Opt-in: one Redis for the limits, so that they are exact across instances. Its address is known only after it is made,
# and an environment variable must be known before: the function gets it from a secret. In a network of its own nobody
# else reaches it, and it has no password. In yours it has one, and the provider keeps that in the state: `auth_string`
# is no write-only argument, and nothing here can make it one.

locals {
  _redis_auth = var.redis == null ? false : coalesce(var.redis.auth, var.vpc != null)

  # settings that the function reads from Secret Manager, by name
  secret_settings = (
    var.redis != null
    ? { LIMITS_STORAGE = {
      name    = google_secret_manager_secret.redis[0].secret_id
      project = var.project_id
      version = google_secret_manager_secret_version.redis[0].version
    } }
    : var.limits_storage_secret != null
    ? { LIMITS_STORAGE = regex("^projects/(?P<project>[^/]+)/secrets/(?P<name>[^/]+)/versions/(?P<version>.+)$", var.limits_storage_secret) }
    : {}
  )
}

resource "google_redis_instance" "main" {
  #checkov:skip=CKV_GCP_95:The password would stand in the state, and in a network of its own nobody but the function reaches it.
  #checkov:skip=CKV_GCP_97:redis-py would have to be given Memorystore's private authority. The counters say nothing about anybody, and the network is private.
  count              = var.redis == null ? 0 : 1
  project            = var.project_id
  region             = var.region
  name               = var.name
  display_name       = "Limits of ${var.name}"
  tier               = var.redis.tier
  memory_size_gb     = var.redis.memory_size_gb
  redis_version      = "REDIS_7_2"
  auth_enabled       = local._redis_auth
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
  secret_data_wo         = "redis://${local._redis_auth ? ":${google_redis_instance.main[0].auth_string}@" : ""}${google_redis_instance.main[0].host}:${google_redis_instance.main[0].port}/0"
  secret_data_wo_version = 1

  lifecycle {
    create_before_destroy = true
    replace_triggered_by = [
      google_redis_instance.main[0].auth_enabled,
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

resource "google_secret_manager_secret_iam_member" "limits_storage" {
  count     = var.limits_storage_secret == null ? 0 : 1
  project   = local.secret_settings.LIMITS_STORAGE.project
  secret_id = local.secret_settings.LIMITS_STORAGE.name
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}
