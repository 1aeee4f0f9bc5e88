"""What one `terraform apply` makes in an empty project, read off its plan."""

import re
from typing import Any

import pytest

from tests.deploy.configuration import PROJECT, planned
from tests.deploy.grants import grants

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

RUNTIME = f"serviceAccount:livetoken-run@{PROJECT}.iam.gserviceaccount.com"
BUILD = f"serviceAccount:livetoken-build@{PROJECT}.iam.gserviceaccount.com"
GRANTS = {
    ("allUsers", "roles/run.invoker", "cloud_run_v2_service livetoken"),
    (BUILD, "roles/artifactregistry.writer", "artifact_registry_repository livetoken"),
    (BUILD, "roles/logging.logWriter", f"project {PROJECT}"),
    (BUILD, "roles/storage.objectViewer", f"storage_bucket {PROJECT}-livetoken-source"),
    (
        BUILD,
        "roles/storage.objectViewer",
        f'project {PROJECT} if resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
    ),
    (RUNTIME, "roles/secretmanager.secretAccessor", "secret_manager_secret livetoken-gemini-api-key"),
}


@pytest.fixture(name="resources")
def _resources(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [r for r in plan["planned_values"]["root_module"]["resources"] if r["mode"] == "managed"]


@pytest.fixture(name="function")
def _function(plan: dict[str, Any]) -> dict[str, Any]:
    return planned(plan)["google_cloudfunctions2_function.main"]


@pytest.fixture(name="configured")
def _configured(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The configuration's own expressions, by address without index."""
    return {r["address"]: r for r in plan["configuration"]["root_module"]["resources"] if r["mode"] == "managed"}


def test_the_grants_are_exactly_these(resources: list[dict[str, Any]]) -> None:
    """Nobody gets anything that is not in the table, and nothing at project level that could be lower."""
    assert grants(resources) == GRANTS


def test_grants_are_single_members(configured: dict[str, dict[str, Any]]) -> None:
    """No binding or policy takes away what others granted."""
    assert [address for address in configured if re.search(r"_iam_(binding|policy|audit_config)\.", address)] == []


def test_no_default_account_is_used(function: dict[str, Any], configured: dict[str, dict[str, Any]]) -> None:
    """The function runs and is built as accounts of its own."""
    assert function["service_config"][0]["service_account_email"] == RUNTIME.removeprefix("serviceAccount:")
    build = configured["google_cloudfunctions2_function.main"]["expressions"]["build_config"][0]
    assert build["service_account"]["references"][0] == "google_service_account.build.id"
    assert build["docker_repository"]["references"][0] == "google_artifact_registry_repository.main.id"


def test_the_function_is_deployed_as_it_was_measured(function: dict[str, Any]) -> None:
    """Nothing runs while nobody calls, one instance bounds the bill, and every request has a thread."""
    service = function["service_config"][0]
    expected = {
        "all_traffic_on_latest_revision": True,
        "available_cpu": "1",
        "available_memory": "512Mi",
        "ingress_settings": "ALLOW_ALL",
        "max_instance_count": 1,
        "max_instance_request_concurrency": 80,
        "min_instance_count": 0,
        "timeout_seconds": 15,
    }
    assert {name: service[name] for name in expected} == expected
    assert service["environment_variables"]["THREADS"] == "80"
    assert service["environment_variables"]["LOG_EXECUTION_ID"] == "true"
    assert (function["build_config"][0]["runtime"], function["build_config"][0]["entry_point"]) == (
        "python313",
        "mint_token",
    )


def test_the_framework_is_given_nothing_dangerous(function: dict[str, Any]) -> None:
    """DEBUG would open a debugger to the public, and the key itself has no place among the settings."""
    settings = function["service_config"][0]["environment_variables"]
    assert not {"DEBUG", "GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "WORKERS"} & set(settings)
    assert settings["GEMINI_API_KEY_SECRET"] == f"projects/{PROJECT}/secrets/livetoken-gemini-api-key/versions/latest"


def test_every_resource_names_its_project_and_region(
    plan: dict[str, Any], configured: dict[str, dict[str, Any]]
) -> None:
    """Whatever the provider's defaults are, everything lands in the project and region that the variables name."""
    without_project = {
        "google_billing_budget",
        "google_storage_bucket_iam_member",
        "google_storage_bucket_object",
        "google_service_account_iam_member",
    }
    with_place = {
        "google_artifact_registry_repository": "location", "google_artifact_registry_repository_iam_member": "location",
        "google_cloud_run_v2_service_iam_member": "location", "google_cloudfunctions2_function": "location",
        "google_cloudfunctions2_function_iam_member": "location", "google_compute_subnetwork": "region",
        "google_redis_instance": "region", "google_storage_bucket": "location",
    }  # fmt: skip
    assert len(configured) > 20
    for address, resource in configured.items():
        if resource["type"] == "terraform_data":
            continue
        assert "project" in resource["expressions"] or resource["type"] in without_project, address
        assert resource["type"] not in with_place or with_place[resource["type"]] in resource["expressions"], address
    assert "provider_config" not in plan["configuration"] or not [
        name for name, block in plan["configuration"]["provider_config"].items() if block.get("expressions")
    ], "a module with a provider block cannot be used with count, for_each or another's provider"


def test_the_key_goes_in_by_the_write_only_door(configured: dict[str, dict[str, Any]]) -> None:
    """No resource has the argument that would put a secret's text into the state."""
    versions = [r for r in configured.values() if r["type"] == "google_secret_manager_secret_version"]
    assert versions
    for version in versions:
        assert "secret_data" not in version["expressions"]
        assert "secret_data_wo" in version["expressions"]


def test_the_buckets_and_images_do_not_grow(plan: dict[str, Any]) -> None:
    """What would cost while nobody calls is removed by itself: deleted archives at once, old images after a day."""
    values = planned(plan)
    assert values["google_storage_bucket.source"]["soft_delete_policy"][0]["retention_duration_seconds"] == 0
    repository = values["google_artifact_registry_repository.main"]
    assert repository["cleanup_policy_dry_run"] is False
    assert {policy["action"] for policy in repository["cleanup_policies"]} == {"KEEP", "DELETE"}


def test_the_outputs_are_there(plan: dict[str, Any]) -> None:
    """Scripts find what they need by names that stay."""
    outputs = plan["planned_values"]["outputs"]
    assert {"accounts", "doctor", "monthly_ceiling_usd", "secret_id", "snippet", "url"} <= set(outputs)
    assert not [name for name, output in outputs.items() if output["sensitive"]]
