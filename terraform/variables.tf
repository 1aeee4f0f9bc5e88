# How and where the function is deployed. What it does is in variables-settings.tf.

variable "alerts" {
  description = "Opt-in (each condition is charged): alert policies on the function's own log lines. `channels` are notification channels, projects/P/notificationChannels/N; a policy fires when more lines than its threshold arrive within five minutes."
  type = object({
    channels         = list(string)
    faults_above     = optional(number, 0)
    rejections_above = optional(number, 100)
  })
  default = null

  validation {
    condition     = var.alerts == null ? true : alltrue([for channel in var.alerts.channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "Each of alerts.channels must be of the form projects/PROJECT/notificationChannels/NUMBER."
  }
}

variable "budget" {
  description = "Opt-in: a budget that mails the billing account's administrators at 50, 90 and 100 % of `amount`, in the account's currency. It notifies, it never stops anything. Needs the project's number, because Google answers with it."
  type = object({
    amount          = number
    billing_account = string
    project_number  = string
    thresholds      = optional(list(number), [0.5, 0.9, 1.0])
  })
  default = null

  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account must be of the form 012345-6789AB-CDEF01; `gcloud billing accounts list` prints it."
  }
  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9]+$", var.budget.project_number))
    error_message = "budget.project_number must be the project's number, not its name; `gcloud projects describe PROJECT` prints it."
  }
  validation {
    condition     = var.budget == null ? true : var.budget.amount >= 1 && floor(var.budget.amount) == var.budget.amount
    error_message = "budget.amount must be a whole number of at least 1, in the billing account's currency."
  }
}

variable "concurrency" {
  description = "Requests that one instance serves at once; the function gets as many threads."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency must be a whole number from 1 to 1000."
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

variable "custom_url" {
  description = "Where pages really ask, when that is a domain of yours in front of the function: https://host. The outputs then name it instead of the run.app address."
  type        = string
  default     = null

  validation {
    condition     = var.custom_url == null ? true : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", var.custom_url))
    error_message = "custom_url must be of the form https://host, without path and trailing slash."
  }
}

variable "deploy_account" {
  description = "Opt-in: e-mail address of the pipeline's service account (terraform/bootstrap makes it). It may then ship code and rotate the key here, and nothing else."
  type        = string
  default     = null

  validation {
    condition     = var.deploy_account == null ? true : can(regex("^[a-z0-9-]+@[a-z0-9.:-]+\\.gserviceaccount\\.com$", var.deploy_account))
    error_message = "deploy_account must be the e-mail address of a service account, such as livetoken-deploy@my-project.iam.gserviceaccount.com."
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

variable "ingress" {
  description = "Who reaches the function over the network. ALLOW_INTERNAL_AND_GCLB closes the run.app address behind your own external load balancer; set `trusted_hops` to 2 then."
  type        = string
  default     = "ALLOW_ALL"
  nullable    = false

  validation {
    condition     = contains(["ALLOW_ALL", "ALLOW_INTERNAL_AND_GCLB"], var.ingress)
    error_message = "ingress must be ALLOW_ALL, or ALLOW_INTERNAL_AND_GCLB behind an external load balancer."
  }
}

variable "max_instances" {
  description = "Most instances at once. One serves hundreds of tokens a second and keeps the limits exact; before you raise it, share them: `redis` or `limits_storage`."
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

variable "prices" {
  description = "What `monthly_ceiling_usd` reckons with, in US dollars: list prices of November 2026, Tier 1 regions, no free tier. `gemini_minute` is a minute of speech both ways; it does not include that every turn bills the conversation so far again."
  type = object({
    egress_gib       = optional(number, 0.12)
    gemini_minute    = optional(number, 0.023)
    gib_second       = optional(number, 0.0000025)
    log_gib          = optional(number, 0.5)
    million_requests = optional(number, 0.4)
    vcpu_second      = optional(number, 0.000024)
  })
  default  = {}
  nullable = false
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
  description = "Folder of your own prompt files on this machine; they replace the shipped ones in the archive. Only files named NAME.md count, NAME as in `default_prompt`."
  type        = string
  default     = null
}

variable "public" {
  description = "Let browsers reach the function (roles/run.invoker for allUsers). They must: a preflight carries no credentials, so a private function always looks like a CORS error. Where the organisation policy iam.allowedPolicyMemberDomains forbids allUsers, set false, apply, then run `gcloud run services update NAME --region REGION --no-invoker-iam-check`, which needs no grant. The function refuses foreign origins itself either way."
  type        = bool
  default     = true
  nullable    = false
}

variable "redis" {
  description = "Opt-in (about 36 dollars a month): a Memorystore for Redis instance for the limits, in a network of its own or in `vpc`. The same limits are then exact across instances."
  type = object({
    ip_cidr_range  = optional(string, "10.8.0.0/26")
    memory_size_gb = optional(number, 1)
    tier           = optional(string, "BASIC")
  })
  default = null

  validation {
    condition     = var.redis == null ? true : contains(["BASIC", "STANDARD_HA"], var.redis.tier)
    error_message = "redis.tier must be BASIC or STANDARD_HA."
  }
  validation {
    condition     = var.redis == null ? true : can(cidrhost(var.redis.ip_cidr_range, 0)) && tonumber(try(split("/", var.redis.ip_cidr_range)[1], 32)) <= 26
    error_message = "redis.ip_cidr_range must be a range of at least /26, such as 10.8.0.0/26: instances take their addresses from it."
  }
  validation {
    condition     = var.redis == null || var.limits_storage == "memory://"
    error_message = "redis makes LIMITS_STORAGE itself: leave limits_storage at its default."
  }
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

variable "uptime_check" {
  description = "Opt-in: ask `GET /` every 15 minutes from three regions. It mints nothing, but wakes an instance each time. With `alerts`, two failures in a row raise one."
  type        = bool
  default     = false
  nullable    = false
}

variable "vpc" {
  description = "Opt-in: send the function's traffic for private addresses, or all of it, through your own network. With all of it, the subnetwork needs Private Google Access and a NAT."
  type = object({
    all_traffic = optional(bool, false)
    network     = string
    subnetwork  = string
  })
  default = null
}
