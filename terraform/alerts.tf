# Opt-in: alerts on the function's own log lines, of which each request writes one with a `code`.

locals {
  _faults     = ["internal", "misconfigured", "temporarily_unavailable", "upstream_busy", "upstream_error", "upstream_timeout"]
  _rejections = ["caller_not_verified", "origin_not_allowed", "rate_limited"]
  _metric     = replace("logging_googleapis_com:user_${var.name}_requests", "-", "_") # the metric's name in PromQL

  alerts = var.alerts == null ? {} : {
    faults = {
      above = var.alerts.faults_above
      codes = join("|", local._faults)
      says  = "Visitors ask for tokens and get none, by our fault or Google's. `code` in the log lines says which; docs/deploy.md has the fixes."
    }
    rejections = {
      above = var.alerts.rejections_above
      codes = join("|", local._rejections)
      says  = "Somebody asks from where they may not, or too often. `origin` and `addressHash` in the log lines say who. The bill is bounded; `paused` stops everything."
    }
  }
}

resource "google_logging_metric" "requests" {
  count       = var.alerts == null ? 0 : 1
  project     = var.project_id
  name        = "${var.name}-requests"
  description = "Requests to ${var.name} by the code of their answer."

  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=\"${var.name}\"",
    "resource.labels.location=\"${var.region}\"",
    "jsonPayload.requestId:*",
  ])

  label_extractors = { code = "EXTRACT(jsonPayload.code)" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key = "code"
    }
  }
}

resource "google_monitoring_alert_policy" "main" {
  for_each              = local.alerts
  project               = var.project_id
  display_name          = "${var.name}: ${each.key}"
  combiner              = "OR"
  notification_channels = var.alerts.channels

  conditions {
    display_name = "More than ${each.value.above} ${each.key} in five minutes"
    condition_prometheus_query_language {
      query                     = "sum(increase(${local._metric}{monitored_resource=\"cloud_run_revision\",code=~\"${each.value.codes}\"}[5m])) > ${each.value.above}"
      duration                  = "60s"
      evaluation_interval       = "60s"
      disable_metric_validation = true # a metric that was made a moment ago is not known yet
    }
  }

  alert_strategy {
    auto_close = "1800s"
  }

  documentation {
    content   = each.value.says
    mime_type = "text/markdown"
  }

  depends_on = [google_logging_metric.requests]
}
