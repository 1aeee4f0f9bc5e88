variable "apply" {
  description = "Whether the trigger's builds apply what they planned. False plans only; a convenience and no fence, because whoever may change what is built may change that, too."
  type        = bool
  default     = true
  nullable    = false
}

variable "branch" {
  description = "The branch that is deployed, as a regular expression."
  type        = string
  default     = "^main$"
  nullable    = false
}

variable "extra_viewer_roles" {
  description = "Further roles to read what the opt-in parts make: roles/monitoring.viewer and roles/logging.viewer for alerts and uptime_check, roles/redis.viewer and roles/compute.networkViewer for redis."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for role in var.extra_viewer_roles : can(regex("^roles/[a-z]+\\.[a-zA-Z]*[vV]iewer$", role))])
    error_message = "extra_viewer_roles may only hold a service's viewer roles, such as roles/monitoring.viewer."
  }
}

variable "name" {
  description = "The same as the deployment's `name`."
  type        = string
  default     = "livetoken"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,21}[a-z0-9]$", var.name)) # with -deploy, an account's 30 characters
    error_message = "name must be 2 to 23 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
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

variable "pull_requests" {
  description = "With `repository`: also a trigger that tests and plans pull requests, after a collaborator's comment and an approval, as an account of its own that reads the state, writes logs and can do nothing else. Set false where the deployment uses redis.auth, whose password stands in the state."
  type        = bool
  default     = true
  nullable    = false
}

variable "region" {
  description = "Region of the buckets, the builds and the function."
  type        = string
  default     = "us-central1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as europe-west1, not a zone."
  }
}

variable "repository" {
  description = "Your fork, connected to Cloud Build by hand once: projects/P/locations/R/connections/C/repositories/NAME. Null makes no trigger; `gcloud builds submit` works all the same."
  type        = string
  default     = null

  validation {
    condition     = var.repository == null ? true : can(regex("^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$", var.repository))
    error_message = "repository must be of the form projects/PROJECT/locations/REGION/connections/CONNECTION/repositories/NAME."
  }
}

variable "rollback" {
  description = "Whether a failed smoke test may send the traffic back to the revision before. Set false while that revision is what must not serve again, such as one with a hole in its code."
  type        = bool
  default     = true
  nullable    = false
}
