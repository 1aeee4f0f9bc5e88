# One variable per setting of the function, with the function's own rules: tests/settings/settings.json drives the tests of both.

locals {
  _base_url = "^(https://([a-zA-Z0-9._-]+|\\[[0-9a-fA-F:.]+\\])|http://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\]))(:[0-9]{1,5})?(/[!-\"$->@-~]*)?$"
  _limit    = "^(?i)\\s*[1-9][0-9]{0,8}\\s*(/|\\bper\\b)\\s*([1-9][0-9]{0,5}\\s*)?(second|minute|hour|day|month|year)s?\\s*$"

  # A bool, because Terraform repeats the values that a failing rule names, and this one may hold a password.
  _storage_given = nonsensitive(var.limits_storage != "memory://")

  # null leaves it to the budget, or to the function's own default
  token_seconds = coalesce(var.token_seconds, var.daily_budget_usd == null ? 1800 : floor(var.conversation_minutes * 60))
}

variable "allowed_origins" {
  description = "The sites that may ask for tokens, as browsers write them: https://host[:port], http://localhost[:port] while developing, an app's such as capacitor://localhost. For preview deploys one * may stand in the first label, with a label of your own behind it, https://*.shop.pages.dev, or with -- and your site's name, https://deploy-preview-*--shop.netlify.app; the function itself refuses patterns that would let strangers in."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.allowed_origins) > 0
    error_message = "allowed_origins must name at least one site: without one the function does not start."
  }
  validation {
    condition = alltrue([for origin in var.allowed_origins : anytrue([
      can(regex("^https://(([a-z0-9_-]{1,63}\\.)*[a-z0-9_-]{1,63}|\\[[0-9a-f:]+\\])(:[1-9][0-9]{0,4})?$", trimspace(origin))),
      can(regex("^https://[a-z0-9_-]*\\*[a-z0-9_-]*(\\.[a-z0-9_-]{1,63}){2,}(:[1-9][0-9]{0,4})?$", trimspace(origin))),
      can(regex("^http://(([a-z0-9_-]{1,63}\\.)*localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[1-9][0-9]{0,4})?$", trimspace(origin))),
      alltrue([
        can(regex("^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~-]+(:[1-9][0-9]{0,4})?$", trimspace(origin))),
        !can(regex("^(https?|wss?|ftp|file|data|blob|about|javascript|view-source):", trimspace(origin))),
      ]),
    ])])
    error_message = "Each of allowed_origins must be an origin as browsers write it: https://host or https://host:port in lower case, without path, trailing slash, user or query; plain http only for localhost, *.localhost and loopback addresses; a * only in the first label, with at least two labels behind it."
  }
  validation {
    condition     = alltrue([for origin in var.allowed_origins : !can(regex("^(https:.*:443|http:.*:80)$", trimspace(origin)))])
    error_message = "None of allowed_origins may name its scheme's own port (443 for https, 80 for http): browsers leave it out."
  }
  validation {
    condition     = alltrue([for origin in var.allowed_origins : tonumber(try(regex(":([0-9]{1,9})$", trimspace(origin))[0], 0)) <= 65535])
    error_message = "No port of allowed_origins may be above 65535."
  }
  validation {
    condition     = alltrue([for origin in var.allowed_origins : length(try(regex("^https://([^:/]*)", trimspace(origin))[0], "")) <= 253])
    error_message = "No host name of allowed_origins may be longer than 253 characters."
  }
}

variable "callers" {
  description = "Optional signed token that every request must carry: firebase-auth:PROJECT_ID, firebase-app-check:PROJECT_NUMBER or `oidc:https://ISSUER AUDIENCE`; empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(firebase-auth:[a-z0-9-]+|firebase-app-check:[0-9]+|oidc:https://[!-~]+ [!-~]+)?$", var.callers))
    error_message = "callers must be empty, firebase-auth:PROJECT_ID, firebase-app-check:PROJECT_NUMBER or oidc:https://ISSUER AUDIENCE."
  }
}

variable "default_prompt" {
  description = "The prompt file that a page gets which names none, without .md."
  type        = string
  default     = "voice-assistant"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]*$", var.default_prompt))
    error_message = "default_prompt must be a prompt file's name without .md: lower-case letters, digits and hyphens."
  }
}

variable "gemini_api_key" {
  description = "The Gemini API key, best as TF_VAR_gemini_api_key. It goes to Secret Manager and into neither plan nor state. Needed when `gemini_api_key_version` is new; leave it out otherwise. (Without it a new version is refused by Google: \"Secret Payload cannot be empty\".)"
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.gemini_api_key == null ? true : can(regex("^[!#-&(-~]{20,400}$", trimspace(var.gemini_api_key)))
    error_message = "gemini_api_key must be 20 to 400 printable characters without quotes or spaces. It is not repeated here."
  }
}

variable "gemini_api_key_secret" {
  description = "An existing secret to read the key from instead of making one: projects/P/secrets/S/versions/latest, or a version's number. Only the grant on it is made then."
  type        = string
  default     = null

  validation {
    condition     = var.gemini_api_key_secret == null ? true : can(regex("^projects/[a-z0-9.:-]+/secrets/[A-Za-z0-9_-]{1,255}/versions/(latest|[1-9][0-9]*)$", var.gemini_api_key_secret))
    error_message = "gemini_api_key_secret must be projects/PROJECT/secrets/NAME/versions/latest, or a version's number instead of latest."
  }
}

variable "gemini_api_version" {
  description = "Version of the Gemini API that mints; the page is told to connect to the same one."
  type        = string
  default     = "v1alpha"
  nullable    = false

  validation {
    condition     = contains(["v1alpha", "v1beta"], var.gemini_api_version)
    error_message = "gemini_api_version must be v1alpha or v1beta."
  }
}

variable "gemini_base_url" {
  description = "Where tokens are minted instead of Google's own address; for a proxy of yours."
  type        = string
  default     = null

  validation {
    condition     = var.gemini_base_url == null ? true : can(regex(local._base_url, var.gemini_base_url)) && !can(regex("[\\\\]|/[.]", var.gemini_base_url))
    error_message = "gemini_base_url must be a plain URL such as https://host, without user, query or fragment; http:// is only for loopback addresses."
  }
}

variable "limit_per_address" {
  description = "Tokens per client address: N/unit or N per M units (second, minute, hour, day, month, year); `;` joins several."
  type        = string
  default     = "10/minute;200/day"
  nullable    = false

  validation {
    condition     = alltrue([for limit in split(";", var.limit_per_address) : can(regex(local._limit, limit))])
    error_message = "limit_per_address must be limits such as 10/minute or 10/minute;200/day."
  }
}

variable "limit_per_origin" {
  description = "Tokens per site, in the same notation. Its tightest window decides the worst day; `daily_budget_usd` sets it otherwise."
  type        = string
  default     = null

  validation {
    condition     = var.limit_per_origin == null ? true : alltrue([for limit in split(";", var.limit_per_origin) : can(regex(local._limit, limit))])
    error_message = "limit_per_origin must be limits such as 10/minute or 60/minute;500/day."
  }
}

variable "limits_storage" {
  description = "Where the limits count: memory:// (one instance), or a Redis of your own without a password, redis://… or rediss://…. One with a password is named by `limits_storage_secret`, because this stands in plan, state and the function's settings."
  type        = string
  default     = "memory://"
  nullable    = false
  sensitive   = true

  # Terraform repeats a value that fails here. One that may hold a password is refused in function.tf, which repeats nothing.
  validation {
    condition     = strcontains(var.limits_storage, "@") || can(regex("^(memory://|rediss?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:]+\\])(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[0-9]{0,4})?)$", var.limits_storage))
    error_message = "limits_storage must be memory://, redis://host[:port][/database], or the same with rediss://."
  }
}

variable "new_session_seconds" {
  description = "How long a token waits to be used, in seconds; by default 120, or token_seconds if that is less."
  type        = number
  default     = null

  validation {
    condition     = var.new_session_seconds == null ? true : var.new_session_seconds >= 60 && var.new_session_seconds <= local.token_seconds && floor(var.new_session_seconds) == var.new_session_seconds
    error_message = "new_session_seconds must be a whole number from 60 to token_seconds."
  }
}

variable "paused" {
  description = "Kill switch: 1, or the sentence that visitors read. Empty, 0, off, false and no are off."
  type        = string
  default     = ""
  nullable    = false
}

variable "secret_manager_base_url" {
  description = "Where the key is read instead of Secret Manager's global address; for a regional endpoint."
  type        = string
  default     = null

  validation {
    condition     = var.secret_manager_base_url == null ? true : can(regex(local._base_url, var.secret_manager_base_url)) && !can(regex("[\\\\]|/[.]", var.secret_manager_base_url))
    error_message = "secret_manager_base_url must be a plain URL such as https://host, without user, query or fragment; http:// is only for loopback addresses."
  }
}

variable "token_seconds" {
  description = "How long a conversation may last, in seconds: what a token can cost at most grows with it. `daily_budget_usd` sets it otherwise."
  type        = number
  default     = null

  validation {
    condition     = var.token_seconds == null ? true : var.token_seconds >= 60 && var.token_seconds <= 71940 && floor(var.token_seconds) == var.token_seconds
    error_message = "token_seconds must be a whole number from 60 to 71940."
  }
}

variable "trusted_hops" {
  description = "Which entry of X-Forwarded-For our own front end wrote, from the right: 1, or 2 behind an external load balancer; one more for each proxy of yours before that, up to 5."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains([1, 2, 3, 4, 5], var.trusted_hops)
    error_message = "trusted_hops must be a whole number from 1 to 5."
  }
}

variable "usage_reports" {
  description = "Whether pages may report what their conversations used, on or off; the function's log then has seconds, turns, tokens and dollars."
  type        = string
  default     = "on"
  nullable    = false

  validation {
    condition     = contains(["", "0", "1", "false", "no", "off", "on", "true", "yes"], lower(trimspace(var.usage_reports)))
    error_message = "usage_reports must be on or off."
  }
}
