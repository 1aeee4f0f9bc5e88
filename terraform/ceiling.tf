# What the worst day and month cost: every instance busy all the time, and every token that the limits allow talked
# through to its last second, both sides without a pause, with a turn every twenty seconds that bills the context again.
# docs/deploy.md works one example and says what is estimated; dev/costs.py is the same arithmetic for other tools.

locals {
  _prices     = jsondecode(file("${local._root}/livetoken/usage/prices.json"))
  _cloud      = { for name, usd in local._prices.google_cloud : name => coalesce(var.prices[name], usd) }
  _worst_case = local._prices.worst_case

  # What a prompt file says about money: its models, and from how many tokens on it compresses its context.
  _fronts = { for name, path in local.files : name => try(yamldecode(regex("(?ms)\\A\\x{feff}?---[ \\t]*\\r?\\n(.*?)^---[ \\t]*\\r?(?:\\n|\\z)", file(path))[0]), {}) if startswith(name, "prompts/") && !startswith(name, "prompts/knowledge/") }
  _talks = distinct(flatten([for front in values(local._fronts) : [
    for model in flatten([try(front.model, "gemini-3.8-live")]) : { # the function's own default
      model = trimprefix(try(tostring(model), "?"), "models/")
      context_tokens = (
        can(front.config.context_window_compression.sliding_window) && !contains(flatten([try(front.open, [])]), "context_window_compression")
        ? min(local._worst_case.window_tokens, try(tonumber(front.config.context_window_compression.trigger_tokens), floor(0.8 * local._worst_case.window_tokens)))
        : local._worst_case.window_tokens
      )
    }
  ]]))

  # Prices are for a million tokens, so tokens × price are millionths of a dollar; those are added without losing any.
  unknown_models = sort(distinct([for talk in local._talks : talk.model if !contains(keys(local._prices.models), talk.model) && (var.prices.gemini_minute == null || var.prices.gemini_context == null)]))
  _talk_prices = [for talk in local._talks : {
    context_tokens = talk.context_tokens
    context        = coalesce(var.prices.gemini_context, try(local._prices.models[talk.model].audio_in, null), 0)
    minute = coalesce(
      try(var.prices.gemini_minute * 1000000, null),
      try(60 * local._worst_case.audio_tokens_per_second * (local._prices.models[talk.model].audio_in + local._prices.models[talk.model].audio_out), null),
      0,
    )
  }]

  # The context is at least the start's, grows by what both sides say, and never exceeds the talk's bound: the turns
  # until then are an arithmetic series, the others bill the bound.
  _turns      = ceil(local.token_seconds / local._worst_case.turn_seconds)
  _turn_grows = 2 * local._worst_case.audio_tokens_per_second * local._worst_case.turn_seconds
  _token_millionths = max(0, [for talk in local._talk_prices :
    local.token_seconds * talk.minute / 60 + talk.context * sum([for growing in [
      min(local._turns, max(0, floor((talk.context_tokens - local._worst_case.start_tokens) / local._turn_grows)))
      ] :
      growing * local._worst_case.start_tokens + local._turn_grows * growing * (growing + 1) / 2 + (local._turns - growing) * talk.context_tokens
    ])
  ]...)
  token_usd = local._token_millionths / 1000000

  _sites = length(distinct([for origin in var.allowed_origins : trimspace(origin)]))

  # In memory, every instance counts for itself.
  _shared   = var.redis != null || var.limits_storage_secret != null || local._storage_given
  _counters = local._shared ? 1 : var.max_instances

  # What a budget pays for, by site and counter; a hair more, so that a budget of exactly N conversations is N.
  budget_conversations = var.daily_budget_usd == null || length(local.unknown_models) > 0 ? null : floor(var.daily_budget_usd / local.token_usd / local._sites / local._counters + 0.000000001)
  limit_per_origin = (
    var.limit_per_origin != null ? var.limit_per_origin
    : local.budget_conversations == null ? "60/minute;500/day" # the function's own default
    : local.budget_conversations > 60 ? "60/minute;${local.budget_conversations}/day" : "${local.budget_conversations}/day"
  )

  _day_seconds   = 24 * 3600
  _month_seconds = 31 * local._day_seconds
  _unit_seconds  = { second = 1, minute = 60, hour = 3600, day = 86400, month = 2592000, year = 31104000 }

  _windows = [for limit in split(";", lower(local.limit_per_origin)) :
    regex("^\\s*(?P<tokens>[0-9]+)\\s*(?:/|per)\\s*(?P<units>[0-9]*)\\s*(?P<unit>[a-z]+?)s?\\s*$", limit)
  ]

  # A window never holds more than its limit, so a month holds at most one more than the windows that fit into it.
  _tokens_per_origin = { for span, seconds in { day = local._day_seconds, month = local._month_seconds } : span => min([for window in local._windows :
    window.tokens * ceil(seconds / (tonumber(coalesce(window.units, "1")) * local._unit_seconds[window.unit]))
  ]...) }
  tokens_per_day   = local._tokens_per_origin.day * local._sites * local._counters
  tokens_per_month = local._tokens_per_origin.month * local._sites * local._counters

  _memory_gib = (
    endswith(var.memory, "Gi")
    ? tonumber(trimsuffix(var.memory, "Gi"))
    : tonumber(trimsuffix(var.memory, "Mi")) / 1024
  )

  # A refusal takes about a millisecond of one processor and leaves about a kibibyte on the wire and in the log.
  _requests     = var.max_instances * max(1, var.cpu) * 1000 * local._month_seconds
  _requests_gib = local._requests / 1048576

  worst_month_usd = {
    compute  = var.max_instances * local._month_seconds * (var.cpu * local._cloud.vcpu_second + local._memory_gib * local._cloud.gib_second)
    gemini   = length(local.unknown_models) > 0 ? null : local.tokens_per_month * local.token_usd
    requests = local._requests / 1000000 * local._cloud.million_requests + local._requests_gib * (local._cloud.egress_gib + local._cloud.log_gib)
  }
  worst_day_usd = length(local.unknown_models) > 0 ? null : ceil(local.tokens_per_day * local._token_millionths / 10000) / 100

  worst_day = length(local.unknown_models) > 0 ? "unknown: livetoken/usage/prices.json has no price for ${join(", ", local.unknown_models)}" : join("", [
    "${local.tokens_per_day} conversations a day of at most ${format("%.4g", local.token_seconds / 60)} minutes, ",
    "each at most ${format("%.4f", local.token_usd)} dollars: ${format("%.2f", local.worst_day_usd)} in all. ",
    "Sites: ${local._sites}; counters: ${local._counters}${local._counters > 1 ? " (each instance counts for itself)" : ""}; ",
    "conversations for each: ${local._tokens_per_origin.day}.",
  ])
}

check "the_price_is_known" {
  assert {
    condition     = length(local.unknown_models) == 0
    error_message = "What this costs is unknown: livetoken/usage/prices.json has no price for ${join(", ", local.unknown_models)}. Give it in `prices` (gemini_minute and gemini_context), or leave the model out of the prompt files."
  }
}
