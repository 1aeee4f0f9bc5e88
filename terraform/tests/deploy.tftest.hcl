# `terraform test` in terraform/: no cloud, no credentials, a few seconds.

mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "mock@my-project.iam.gserviceaccount.com"
      id     = "projects/my-project/serviceAccounts/mock@my-project.iam.gserviceaccount.com"
      member = "serviceAccount:mock@my-project.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_secret_manager_secret" {
    defaults = {
      id = "projects/my-project/secrets/mock"
    }
  }
  mock_resource "google_artifact_registry_repository" {
    defaults = {
      id = "projects/my-project/locations/us-central1/repositories/livetoken"
    }
  }
  mock_resource "google_storage_bucket_object" {
    defaults = {
      generation = 1
    }
  }
}

variables {
  allowed_origins = ["https://shop.example"]
  gemini_api_key  = "AQ.not-a-key-but-of-its-shape"
  project_id      = "my-project"
  settle_seconds  = 0
}

run "an_apply_makes_a_public_function_with_its_own_accounts" {
  assert {
    condition     = google_cloudfunctions2_function.main.service_config[0].service_account_email == google_service_account.runtime.email
    error_message = "The function must run as its own account."
  }
  assert {
    condition     = google_cloudfunctions2_function.main.build_config[0].service_account == google_service_account.build.id
    error_message = "The function must be built as its own account."
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.public[0].member == "allUsers"
    error_message = "Browsers must reach the function."
  }
  assert {
    condition     = google_secret_manager_secret_version.main[0].secret_data == null
    error_message = "The key must not be in the state."
  }
  assert {
    condition     = startswith(output.doctor, "make doctor URL=") && endswith(output.doctor, "ORIGIN=https://shop.example")
    error_message = "The doctor command must name the URL and the first origin."
  }
  assert {
    condition     = strcontains(output.snippet, "<live-voice endpoint=\"${output.url}\">")
    error_message = "The snippet must name the URL."
  }
}

run "the_next_key_version_rolls_the_function" {
  variables {
    gemini_api_key_version = 2
  }
  assert {
    condition     = google_cloudfunctions2_function.main.service_config[0].environment_variables["GEMINI_API_KEY_VERSION"] == "2"
    error_message = "A new key version must roll a new revision."
  }
}

run "a_prompt_that_is_not_there_is_refused" {
  command = plan
  variables {
    default_prompt = "missing"
  }
  expect_failures = [data.archive_file.main]
}

run "an_origin_with_a_trailing_slash_is_refused" {
  command = plan
  variables {
    allowed_origins = ["https://shop.example/"]
  }
  expect_failures = [var.allowed_origins]
}

run "own_prompts_replace_the_shipped_ones" {
  command = plan
  variables {
    default_prompt = "concierge"
    prompts        = "./examples/module/prompts"
  }
  assert {
    condition     = [for file in output.archive.files : file if startswith(file, "prompts/")] == ["prompts/concierge.md"]
    error_message = "Only the prompts of the given folder must be shipped."
  }
}
