# How and where the function is deployed. What it does: variables-settings.tf. What is off by default: variables-options.tf.

variable "concurrency" {
  description = "Requests that one instance serves at once; the function gets as many threads. More than wait for Gemini at the same time, or a slow Gemini would hold up refusals, too."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 250 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency must be a whole number from 1 to 250."
  }
  validation {
    condition     = var.cpu >= 1 || var.concurrency == 1
    error_message = "concurrency must be 1 when cpu is below 1: Google allows no more."
  }
}

variable "cpu" {
  description = "Processors of one instance. Below 1 it serves one request at a time and starts several times slower."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains([1, 2, 4, 6, 8], var.cpu) || (var.cpu >= 0.08 && var.cpu < 1)
    error_message = "cpu must be 1, 2, 4, 6 or 8, or from 0.08 to below 1."
  }
}

variable "gemini_api_key_version" {
  description = "Raise it by one to store the key that `gemini_api_key` now holds and to roll the function. Terraform sends the key only then."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.gemini_api_key_version >= 1 && floor(var.gemini_api_key_version) == var.gemini_api_key_version
    error_message = "gemini_api_key_version must be a whole number of at least 1."
  }
}

variable "max_instances" {
  description = "Most instances at once. One serves hundreds of tokens a second and keeps the limits nearly exact (Cloud Run may run more for some minutes); before you raise it, share them: `redis` or `limits_storage`."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances must be a whole number from 1 to 100."
  }
}

variable "memory" {
  description = "Memory of one instance, in Mi or Gi."
  type        = string
  default     = "512Mi"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory must be a whole number of Mi or Gi, such as 512Mi."
  }
}

variable "min_instances" {
  description = "Instances kept ready. 0 costs nothing when nobody calls; 1 saves the cold start and costs about ten dollars a month."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= var.max_instances && floor(var.min_instances) == var.min_instances
    error_message = "min_instances must be a whole number from 0 to max_instances."
  }
}

variable "name" {
  description = "Name of the function; everything else is named after it. Two deployments in one project need two names."
  type        = string
  default     = "livetoken"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,22}[a-z0-9]$", var.name)) # with -build, an account's 30 characters
    error_message = "name must be 2 to 24 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "project_id" {
  description = "The Google Cloud project, by its id. Billing must be on."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's id: at most 30 lower-case letters, digits and hyphens. Not its display name, not its number."
  }
}

variable "prompts" {
  description = "Folder of your own prompt files on this machine; they replace the shipped ones in the archive. Only files named NAME.md count, NAME as in `default_prompt`, and those of the folder `knowledge` in it."
  type        = string
  default     = null
}

variable "public" {
  description = "Let browsers reach the function (roles/run.invoker for allUsers). They must: a preflight carries no credentials, so a private function always looks like a CORS error. Where the organisation policy iam.allowedPolicyMemberDomains forbids allUsers, set false, apply, then run `gcloud run services update NAME --region REGION --no-invoker-iam-check`, which needs no grant. The function refuses foreign origins itself either way."
  type        = bool
  default     = true
  nullable    = false
}

variable "region" {
  description = "Google Cloud region of everything that has one. us-central1, us-east1 and us-west1 have the largest free tier."
  type        = string
  default     = "us-central1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as europe-west1, not a zone."
  }
}

variable "runtime" {
  description = "The Python that the function runs on."
  type        = string
  default     = "python313"
  nullable    = false

  validation {
    condition     = contains(["python311", "python312", "python313", "python314"], var.runtime)
    error_message = "runtime must be python311, python312, python313 or python314."
  }
}

variable "settle_seconds" {
  description = "Pause between the first grants and the first build, because Google needs a while to honour them. Uses the shell's `sleep`; 0 leaves it out."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.settle_seconds >= 0 && var.settle_seconds <= 600 && floor(var.settle_seconds) == var.settle_seconds
    error_message = "settle_seconds must be a whole number from 0 to 600."
  }
}

variable "source_directory" {
  description = "Folder that holds main.py, livetoken/ and requirements.txt; by default the one above this module."
  type        = string
  default     = null
}
