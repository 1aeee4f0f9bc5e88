# Opt-in: mail when the project's spending nears an amount. It stops nothing; `paused` does.

resource "google_billing_budget" "main" {
  count           = var.budget == null ? 0 : 1
  billing_account = var.budget.billing_account
  display_name    = "${var.project_id}: ${var.name}"

  budget_filter {
    projects = ["projects/${var.budget.project_number}"]
  }

  amount {
    specified_amount {
      units = tostring(var.budget.amount)
    }
  }

  dynamic "threshold_rules" {
    for_each = var.budget.thresholds
    content {
      threshold_percent = threshold_rules.value
    }
  }
}
