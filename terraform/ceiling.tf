# What the worst month costs: every instance busy all month, and every token that the limits allow talked through to
# its last second. docs/deploy.md works one example and says what is estimated.

locals {
  _month_seconds = 31 * 24 * 3600
  _unit_seconds  = { second = 1, minute = 60, hour = 3600, day = 86400, month = 2592000, year = 31104000 }

  _windows = [for limit in split(";", lower(var.limit_per_origin)) :
    regex("^\\s*(?P<tokens>[0-9]+)\\s*(?:/|per)\\s*(?P<units>[0-9]*)\\s*(?P<unit>[a-z]+?)s?\\s*$", limit)
  ]

  # A window never holds more than its limit, so a month holds at most one more than the windows that fit into it.
  tokens_per_origin = min([for window in local._windows :
    window.tokens * ceil(local._month_seconds / (tonumber(coalesce(window.units, "1")) * local._unit_seconds[window.unit]))
  ]...)

  # In memory, every instance counts for itself.
  _shared          = var.redis != null || var.limits_storage_secret != null || nonsensitive(var.limits_storage) != "memory://"
  _counters        = local._shared ? 1 : var.max_instances
  tokens_per_month = local.tokens_per_origin * length(distinct([for origin in var.allowed_origins : trimspace(origin)])) * local._counters

  _memory_gib = (
    endswith(var.memory, "Gi")
    ? tonumber(trimsuffix(var.memory, "Gi"))
    : tonumber(trimsuffix(var.memory, "Mi")) / 1024
  )

  # A refusal takes about a millisecond of one processor and leaves about a kibibyte on the wire and in the log.
  _requests     = var.max_instances * max(1, var.cpu) * 1000 * local._month_seconds
  _requests_gib = local._requests / 1048576

  worst_month_usd = {
    compute  = var.max_instances * local._month_seconds * (var.cpu * var.prices.vcpu_second + local._memory_gib * var.prices.gib_second)
    gemini   = local.tokens_per_month * var.token_seconds / 60 * var.prices.gemini_minute
    requests = local._requests / 1000000 * var.prices.million_requests + local._requests_gib * (var.prices.egress_gib + var.prices.log_gib)
  }
}
