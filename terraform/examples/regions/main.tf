# Two regions behind one load balancer and one domain: visitors reach the nearer one.

terraform {
  required_version = ">= 1.11"

  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "2.8.0"
    }
    google = {
      source  = "hashicorp/google"
      version = "8.0.0"
    }
  }
}

# The first region keeps the key; the second reads it from there. Each counts its own limits.
module "america" {
  source = "../.."

  name            = "livetoken-us"
  region          = "us-central1"
  gemini_api_key  = var.gemini_api_key
  allowed_origins = var.allowed_origins
  custom_url      = "https://${var.domain}"
  ingress         = "ALLOW_INTERNAL_AND_GCLB" # the run.app address is closed
  project_id      = var.project_id
  trusted_hops    = 2 # the load balancer writes an entry of its own
}

module "europe" {
  source = "../.."

  name                  = "livetoken-eu"
  region                = "europe-west1"
  gemini_api_key_secret = module.america.secret_version
  allowed_origins       = var.allowed_origins
  custom_url            = "https://${var.domain}"
  ingress               = "ALLOW_INTERNAL_AND_GCLB"
  project_id            = var.project_id
  trusted_hops          = 2
}

resource "google_project_service" "compute" {
  project            = var.project_id
  service            = "compute.googleapis.com"
  disable_on_destroy = false
}

resource "google_compute_region_network_endpoint_group" "main" {
  for_each              = { (module.america.region) = module.america.name, (module.europe.region) = module.europe.name }
  project               = var.project_id
  region                = each.key
  name                  = each.value
  network_endpoint_type = "SERVERLESS"
  depends_on            = [google_project_service.compute]

  cloud_run {
    service = each.value
  }
}

resource "google_compute_backend_service" "main" {
  project               = var.project_id
  name                  = "livetoken"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"

  dynamic "backend" {
    for_each = google_compute_region_network_endpoint_group.main
    content {
      group = backend.value.id
    }
  }
}

resource "google_compute_url_map" "main" {
  project         = var.project_id
  name            = "livetoken"
  default_service = google_compute_backend_service.main.id
}

resource "google_compute_managed_ssl_certificate" "main" {
  project    = var.project_id
  name       = "livetoken"
  depends_on = [google_project_service.compute]

  managed {
    domains = [var.domain]
  }
}

resource "google_compute_target_https_proxy" "main" {
  project          = var.project_id
  name             = "livetoken"
  url_map          = google_compute_url_map.main.id
  ssl_certificates = [google_compute_managed_ssl_certificate.main.id]
}

resource "google_compute_global_address" "main" {
  project    = var.project_id
  name       = "livetoken"
  depends_on = [google_project_service.compute]
}

resource "google_compute_global_forwarding_rule" "main" {
  project               = var.project_id
  name                  = "livetoken"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.main.id
  port_range            = "443"
  target                = google_compute_target_https_proxy.main.id
}

variable "allowed_origins" {
  description = "The sites that may ask for tokens."
  type        = list(string)
}

variable "domain" {
  description = "The host name that pages ask, such as voice.shop.example. Point its A record at the output `address`."
  type        = string
}

variable "gemini_api_key" {
  description = "The Gemini API key, as TF_VAR_gemini_api_key; needed the first time and for a rotation."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true
}

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
}

output "address" {
  description = "What the domain's A record must say. The certificate is issued some minutes after it does."
  value       = google_compute_global_address.main.address
}

output "doctor" {
  description = "Proves it."
  value       = module.america.doctor
}
