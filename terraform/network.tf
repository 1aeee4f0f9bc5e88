# The function's way into a private network: yours (`vpc`), or one of its own for Redis. Names, because they are known at plan time.

locals {
  _own_network = var.redis != null && var.vpc == null

  network = (
    var.vpc != null
    ? var.vpc
    : local._own_network
    ? {
      all_traffic = false
      network     = google_compute_network.main[0].name
      subnetwork  = google_compute_subnetwork.main[0].name
    }
    : null
  )
}

resource "google_compute_network" "main" {
  #checkov:skip=CKV2_GCP_18:A network without rules of its own refuses all that comes in, and the function listens to nobody in it.
  count                   = local._own_network ? 1 : 0
  project                 = var.project_id
  name                    = var.name
  auto_create_subnetworks = false
  depends_on              = [google_project_service.main]
}

resource "google_compute_subnetwork" "main" {
  #checkov:skip=CKV_GCP_26:Flow logs of a network that holds one function and its Redis tell nothing that the function's log does not.
  #checkov:skip=CKV_GCP_76:The network has no IPv6.
  count                    = local._own_network ? 1 : 0
  project                  = var.project_id
  region                   = var.region
  name                     = var.name
  network                  = google_compute_network.main[0].id
  ip_cidr_range            = var.redis.ip_cidr_range
  private_ip_google_access = true
}
