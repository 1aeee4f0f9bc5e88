# Parts beside the function that are off until asked for, and the prices behind `monthly_ceiling_usd`.

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

variable "conversation_minutes" {
  description = "With `daily_budget_usd`: how long a conversation may last, in minutes. Shorter ones are more of them."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.conversation_minutes >= 1 && var.conversation_minutes <= 1199
    error_message = "conversation_minutes must be from 1 to 1199."
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

variable "daily_budget_usd" {
  description = "Instead of `token_seconds` and `limit_per_origin`: what all sites together may cost a day in the worst case, in US dollars. It is divided by sites and counters into conversations of `conversation_minutes`; the output `worst_day` says how many. It bounds what tokens can cost, not what Google bills."
  type        = number
  default     = null

  validation {
    condition     = var.daily_budget_usd == null ? true : var.daily_budget_usd > 0
    error_message = "daily_budget_usd must be more than 0; `paused` stops everything."
  }
  validation {
    condition     = var.daily_budget_usd == null || (var.token_seconds == null && var.limit_per_origin == null)
    error_message = "daily_budget_usd sets token_seconds and limit_per_origin: give either it, or them."
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

variable "limits_storage_secret" {
  description = "Opt-in: a Redis of yours for the limits, by a secret that holds its address, redis://… or rediss://…, with its password: projects/P/secrets/S/versions/N (`latest` is read when an instance starts). Neither plan nor state then knows it."
  type        = string
  default     = null

  validation {
    condition     = var.limits_storage_secret == null ? true : can(regex("^projects/[a-z0-9.:-]+/secrets/[A-Za-z0-9_-]{1,255}/versions/(latest|[1-9][0-9]*)$", var.limits_storage_secret))
    error_message = "limits_storage_secret must be projects/PROJECT/secrets/NAME/versions/N, or latest instead of a number."
  }
  validation {
    condition     = var.limits_storage_secret == null || !local._storage_given
    error_message = "limits_storage_secret names the storage already: leave limits_storage at its default."
  }
}

variable "prices" {
  description = "Your own figures instead of those in livetoken/usage/prices.json, in US dollars. `gemini_minute` is a minute of speech both ways, `gemini_context` a million tokens of context that a turn bills again; both together are the price of every model."
  type = object({
    egress_gib       = optional(number)
    gemini_context   = optional(number)
    gemini_minute    = optional(number)
    gib_second       = optional(number)
    log_gib          = optional(number)
    million_requests = optional(number)
    vcpu_second      = optional(number)
  })
  default  = {}
  nullable = false
}

variable "redis" {
  description = "Opt-in (about 36 dollars a month): a Memorystore for Redis instance for the limits, in a network of its own or in `vpc`. The same limits are then exact across instances. `auth` is whether it has a password, which then stands in the state, because the provider stores it: by default only in `vpc`, where others could reach it."
  type = object({
    auth           = optional(bool)
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
    condition     = var.redis == null || !local._storage_given
    error_message = "redis makes LIMITS_STORAGE itself: leave limits_storage at its default."
  }
  validation {
    condition     = var.redis == null || var.limits_storage_secret == null
    error_message = "redis makes LIMITS_STORAGE itself: leave limits_storage_secret out."
  }
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
