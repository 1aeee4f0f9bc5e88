# livetoken as one module of somebody's own configuration, with prompts of their own.

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

provider "google" {
  project = var.project_id
}

module "livetoken" {
  source = "../.." # or git::https://github.com/OWNER/livetoken.git//terraform?ref=v0.1.0

  project_id      = var.project_id
  region          = "europe-west1"
  name            = "concierge"
  allowed_origins = ["https://hotel.example", "https://www.hotel.example"]
  gemini_api_key  = var.gemini_api_key

  prompts          = "${path.module}/prompts"
  default_prompt   = "concierge"
  limit_per_origin = "20/minute;300/day"
  token_seconds    = 600
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

output "snippet" {
  description = "What goes into the hotel's pages."
  value       = module.livetoken.snippet
}

output "monthly_ceiling_usd" {
  description = "What the worst month costs."
  value       = module.livetoken.monthly_ceiling_usd
}
