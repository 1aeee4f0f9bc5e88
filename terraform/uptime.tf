# Opt-in: is it there? `GET /` mints nothing, but an instance wakes for it.

resource "google_monitoring_uptime_check_config" "main" {
  count            = var.uptime_check ? 1 : 0
  project          = var.project_id
  display_name     = var.name
  period           = "900s"
  timeout          = "10s"
  selected_regions = ["USA", "EUROPE", "ASIA_PACIFIC"]

  http_check {
    path         = "/"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project_id
      host       = trimprefix(google_cloudfunctions2_function.main.service_config[0].uri, "https://")
    }
  }
}

resource "google_monitoring_alert_policy" "uptime" {
  count                 = var.uptime_check && var.alerts != null ? 1 : 0
  project               = var.project_id
  display_name          = "${var.name}: down"
  combiner              = "OR"
  notification_channels = var.alerts.channels

  conditions {
    display_name = "Two regions cannot reach it"
    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.main[0].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "60s"

      aggregations {
        alignment_period     = "1200s"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
        per_series_aligner   = "ALIGN_NEXT_OLDER"
      }
    }
  }
}
