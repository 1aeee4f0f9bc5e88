output "accounts" {
  description = "E-mail addresses of the accounts that run and build the function."
  value = {
    build   = google_service_account.build.email
    runtime = google_service_account.runtime.email
  }
}

output "archive" {
  description = "The deployed archive: its name in the bucket, its files and its size in bytes."
  value = {
    bytes  = data.archive_file.main.output_size
    files  = sort(keys(local.files))
    object = google_storage_bucket_object.source.name
  }
}

output "doctor" {
  description = "To read and to type: proves, from any machine with this repository, that the function mints where it should and refuses where it should. `make doctor` alone does the same."
  value       = "make doctor URL=${local.url} ORIGIN=${join(",", [for origin in local.origins : replace(origin, "*", "preview")])}${local._websocket == "" ? "" : " DOCTOR='--websocket ${local._websocket}'"}"
}

output "mints" {
  description = "Whether a page of an allowed origin gets a token as it is: not while paused, and not where callers are verified."
  value       = contains(["", "0", "false", "no", "off"], lower(trimspace(var.paused))) && var.callers == ""
}

output "monthly_ceiling_usd" {
  description = "What the worst month costs at most, in US dollars; null when a model's price is unknown. docs/deploy.md says what is estimated."
  value       = length(local.unknown_models) > 0 ? null : ceil(sum(values(local.worst_month_usd)) * 100) / 100
}

output "name" {
  description = "Name of the function and of the Cloud Run service under it."
  value       = google_cloudfunctions2_function.main.name
}

output "origins" {
  description = "The sites that may ask for tokens, each once."
  value       = local.origins
}

output "protection" {
  description = "What bounds the function: its settings, a secret one by its secret's name, and how many instances. The pipeline never goes back to a revision that is bound less."
  value = {
    max_instances = var.max_instances
    settings      = merge(local.settings, { for name, secret in local.secret_settings : name => "secret ${secret.name}" })
  }
}

output "region" {
  description = "Region of the function."
  value       = google_cloudfunctions2_function.main.location
}

output "secret_id" {
  description = "The secret that holds the key: projects/P/secrets/S."
  value       = split("/versions/", local.key_secret)[0]
}

output "secret_version" {
  description = "The secret version that the function reads its key from; another deployment takes it as `gemini_api_key_secret`."
  value       = local.key_secret
}

output "snippet" {
  description = "What goes into a page, once client/dist/ lies beside it as voice/; docs/client.md has the rest."
  value       = <<-EOT
    <script type="module" src="/voice/live-voice.js"></script>
    <live-voice endpoint="${local.url}"></live-voice>
  EOT
}

output "url" {
  description = "Where pages ask for tokens."
  value       = local.url
}

output "worst_day" {
  description = "What limits and token life mean in conversations and dollars, in a sentence."
  value       = local.worst_day

  precondition {
    condition     = var.daily_budget_usd == null || length(local.unknown_models) == 0
    error_message = "daily_budget_usd cannot be divided, because livetoken/usage/prices.json has no price for ${join(", ", local.unknown_models)}: give it in `prices`, or set token_seconds and limit_per_origin instead."
  }
  precondition {
    condition     = local.budget_conversations == null ? true : local.budget_conversations >= 1
    error_message = "daily_budget_usd is below one conversation a day for each site and counter (sites: ${local._sites}, counters: ${local._counters}): one of ${var.conversation_minutes} minutes costs at most ${format("%.4f", local.token_usd)} dollars. Raise it, or shorten conversation_minutes."
  }
}

output "worst_day_usd" {
  description = "What the worst day's conversations cost at most, in US dollars; null when a model's price is unknown."
  value       = local.worst_day_usd
}

output "worst_month" {
  description = "How `monthly_ceiling_usd` comes about: tokens, and US dollars by kind."
  value = {
    tokens = local.tokens_per_month
    usd    = { for kind, usd in local.worst_month_usd : kind => usd == null ? null : ceil(usd * 100) / 100 }
  }
}
