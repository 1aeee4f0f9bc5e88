"""The parts that are off until somebody turns them on: each alone, and all at once."""

import re
from typing import Any

import pytest

from tests.deploy.configuration import BASIC, PROJECT, ROOT, Configuration, TerraformError, planned
from tests.deploy.grants import grants
from tests.deploy.test_plan import BUILD, GRANTS, RUNTIME

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(600)]  # a busy machine takes its time to start providers

DEPLOY = f"serviceAccount:livetoken-deploy@{PROJECT}.iam.gserviceaccount.com"
ALERTS = {"channels": [f"projects/{PROJECT}/notificationChannels/1"]}
EVERYTHING = {
    **BASIC,
    "alerts": ALERTS,
    "budget": {"amount": 50, "billing_account": "012345-6789AB-CDEF01", "project_number": "123456789012"},
    "deploy_account": DEPLOY.removeprefix("serviceAccount:"),
    "max_instances": 3,
    "redis": {},
    "settle_seconds": 1,
    "uptime_check": True,
}


@pytest.fixture(scope="module", name="everything")
def _everything(configuration: Configuration) -> dict[str, Any]:
    return configuration.plan(EVERYTHING)


def kinds(plan: dict[str, Any]) -> set[str]:
    """Return the types of the planned resources."""
    return {address.split(".")[0] for address in planned(plan)}


def test_nothing_that_costs_is_on_by_default(plan: dict[str, Any]) -> None:
    """An idle deployment is free: no budget, alert, uptime check, Redis, network or waiting instance unless asked for."""
    assert kinds(plan) == {
        "google_artifact_registry_repository", "google_artifact_registry_repository_iam_member", "google_cloud_run_v2_service_iam_member",
        "google_cloudfunctions2_function", "google_project_iam_member", "google_project_service", "google_secret_manager_secret",
        "google_secret_manager_secret_iam_member", "google_secret_manager_secret_version", "google_service_account", "google_storage_bucket",
        "google_storage_bucket_iam_member", "google_storage_bucket_object",
    }  # fmt: skip


def test_the_grants_with_everything_on_are_exactly_these(everything: dict[str, Any]) -> None:
    """The pipeline's account may ship and rotate, on these resources alone; the runtime account reads one secret more."""
    assert grants(everything["planned_values"]["root_module"]["resources"]) == GRANTS | {
        (DEPLOY, "roles/artifactregistry.reader", "artifact_registry_repository livetoken"),
        (DEPLOY, "roles/cloudfunctions.developer", "cloudfunctions2_function livetoken"),
        (
            DEPLOY,
            "roles/iam.serviceAccountUser",
            f"service_account projects/{PROJECT}/serviceAccounts/{BUILD.split(':')[1]}",
        ),
        (
            DEPLOY,
            "roles/iam.serviceAccountUser",
            f"service_account projects/{PROJECT}/serviceAccounts/{RUNTIME.split(':')[1]}",
        ),
        (DEPLOY, "roles/run.developer", "cloud_run_v2_service livetoken"),
        (DEPLOY, "roles/secretmanager.secretVersionManager", "secret_manager_secret livetoken-gemini-api-key"),
        (DEPLOY, "roles/secretmanager.viewer", "secret_manager_secret livetoken-gemini-api-key"),
        (DEPLOY, "roles/secretmanager.viewer", "secret_manager_secret livetoken-limits-storage"),
        (DEPLOY, "roles/storage.legacyBucketReader", f"storage_bucket {PROJECT}-livetoken-source"),
        (DEPLOY, "roles/storage.objectUser", f"storage_bucket {PROJECT}-livetoken-source"),
        (RUNTIME, "roles/secretmanager.secretAccessor", "secret_manager_secret livetoken-limits-storage"),
    }


def test_redis_reaches_the_function_through_a_secret(everything: dict[str, Any]) -> None:
    """The limits' storage is known only after it is made, so it is no plain variable; the function gets into its network."""
    values = planned(everything)
    service = values["google_cloudfunctions2_function.main"]["service_config"][0]
    assert "LIMITS_STORAGE" not in service["environment_variables"]
    (secret,) = service["secret_environment_variables"]
    assert (secret["key"], secret["secret"]) == ("LIMITS_STORAGE", "livetoken-limits-storage")
    assert service["direct_vpc_network_interface"] == [
        {"network": "livetoken", "subnetwork": "livetoken", "tags": None}
    ]
    assert service["direct_vpc_egress"] == "VPC_EGRESS_PRIVATE_RANGES_ONLY"
    redis = values["google_redis_instance.main[0]"]
    assert not redis["auth_enabled"], "its password would stand in the state"
    assert redis["authorized_network"] == f"projects/{PROJECT}/global/networks/livetoken"
    assert "redis.googleapis.com" in "".join(values)


def test_redis_can_live_in_a_network_of_ones_own(configuration: Configuration) -> None:
    """With `vpc` given, no network is made, and both ends meet in it."""
    plan = configuration.plan(
        {**BASIC, "redis": {}, "vpc": {"network": "corp", "subnetwork": "corp-run", "all_traffic": True}}
    )
    assert not {"google_compute_network", "google_compute_subnetwork"} & kinds(plan)
    values = planned(plan)
    assert values["google_redis_instance.main[0]"]["authorized_network"] == f"projects/{PROJECT}/global/networks/corp"
    service = values["google_cloudfunctions2_function.main"]["service_config"][0]
    assert service["direct_vpc_network_interface"][0]["subnetwork"] == "corp-run"
    assert service["direct_vpc_egress"] == "VPC_EGRESS_ALL_TRAFFIC"
    assert values["google_redis_instance.main[0]"]["auth_enabled"], "others are in this network"


def test_a_redis_with_a_password_is_named_by_a_secret(configuration: Configuration) -> None:
    """The function reads the address from Secret Manager, may read that secret and no other, and Terraform knows nothing of it."""
    secret = "projects/vault/secrets/limits/versions/3"
    plan = configuration.plan({**BASIC, "limits_storage_secret": secret, "max_instances": 3})
    service = planned(plan)["google_cloudfunctions2_function.main"]["service_config"][0]
    assert "LIMITS_STORAGE" not in service["environment_variables"]
    assert service["secret_environment_variables"] == [
        {"key": "LIMITS_STORAGE", "project_id": "vault", "secret": "limits", "version": "3"}
    ]
    grant = planned(plan)["google_secret_manager_secret_iam_member.limits_storage[0]"]
    assert (grant["project"], grant["secret_id"], grant["member"]) == ("vault", "limits", RUNTIME)
    assert not [address for address in planned(plan) if "redis" in address]
    assert plan["planned_values"]["outputs"]["protection"]["value"]["settings"]["LIMITS_STORAGE"] == "secret limits"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"limits_storage": "redis://:pass-word@10.0.0.3"}, "name that secret in limits_storage_secret"),
        ({"limits_storage": "rediss://user:pass-word@h:6380/0"}, "name that secret in limits_storage_secret"),
        ({"limits_storage": "redis://pass-word@h:x"}, "name that secret in limits_storage_secret"),
        ({"limits_storage": "redis://:pass-word@h", "redis": {}}, "leave limits_storage at its default"),
        (
            {"limits_storage": "redis://:pass-word@h", "limits_storage_secret": "projects/p/secrets/s/versions/1"},
            "leave limits_storage at its default",
        ),
    ],
    ids=str,
)
def test_a_password_that_terraform_would_keep_stops_the_plan(
    configuration: Configuration, variables: dict[str, Any], sentence: str
) -> None:
    """`limits_storage` stands in plan and state, so it takes no password; what Terraform prints does not repeat it."""
    with pytest.raises(TerraformError) as caught:
        configuration.plan({**BASIC, **variables})
    assert sentence in " ".join(str(caught.value).replace("│", " ").split())
    assert "pass-word" not in str(caught.value)


def test_alerts_read_the_codes_that_the_function_writes(everything: dict[str, Any]) -> None:
    """Each code that an alert looks for is one of the function's own refusals, and the server's faults are all looked for."""
    from livetoken import errors

    codes = {
        kind.code: kind.status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.Refusal) and kind is not errors.Refusal
    }
    queries = {
        address: values["conditions"][0]["condition_prometheus_query_language"][0]["query"]
        for address, values in planned(everything).items()
        if address.startswith("google_monitoring_alert_policy.main")
    }
    watched = {name: query.split('code=~"')[1].split('"')[0].split("|") for name, query in queries.items()}
    assert len(watched) == 2
    assert {code for listed in watched.values() for code in listed} <= set(codes)
    faults = watched['google_monitoring_alert_policy.main["faults"]']
    assert set(faults) == {code for code, status in codes.items() if status >= 500} - {"paused"}
    metric = planned(everything)["google_logging_metric.requests[0]"]
    assert metric["label_extractors"] == {"code": "EXTRACT(jsonPayload.code)"}


def test_an_existing_secret_is_read_and_not_made(configuration: Configuration) -> None:
    """With `gemini_api_key_secret` given there is no secret and no key in Terraform, only the grant on it."""
    plan = configuration.plan({**BASIC, "gemini_api_key_secret": "projects/vault/secrets/gemini/versions/7"}, key=None)
    assert not {"google_secret_manager_secret", "google_secret_manager_secret_version"} & kinds(plan)
    resources = plan["planned_values"]["root_module"]["resources"]
    (grant,) = [g for g in grants(resources) if g[1] == "roles/secretmanager.secretAccessor"]
    assert grant == (RUNTIME, "roles/secretmanager.secretAccessor", "secret_manager_secret gemini")
    assert planned(plan)["google_secret_manager_secret_iam_member.runtime"]["project"] == "vault"


@pytest.mark.parametrize(
    ("variables", "mints"),
    [({}, True), ({"paused": "OFF"}, True), ({"paused": "1"}, False), ({"paused": "Later."}, False), ({"callers": "firebase-auth:p"}, False)],
)  # fmt: skip
def test_the_smoke_test_knows_whether_there_is_something_to_mint(
    rules: Configuration, variables: dict[str, Any], *, mints: bool
) -> None:
    """The output `mints` is false where no page gets a token without more: paused, or with callers to be verified."""
    output = re.search(r'(?ms)^output "mints" \{.*?^\}\n', (ROOT / "terraform/outputs.tf").read_text())
    assert output
    (rules.folder / "outputs.tf").write_text(output[0])
    assert rules.plan({**BASIC, **variables})["planned_values"]["outputs"]["mints"]["value"] == mints


def test_a_domain_of_ones_own_is_what_the_outputs_name(configuration: Configuration) -> None:
    """Behind a load balancer the run.app address may be closed: page, doctor and pipeline are told the domain.

    Where sessions are opened elsewhere than at Google, the doctor is told that, too.
    """
    variables = {
        **BASIC,
        "custom_url": "https://voice.example",
        "gemini_base_url": "https://Live.Shop.example:8443/gemini",
        "ingress": "ALLOW_INTERNAL_AND_GCLB",
        "trusted_hops": 2,
    }
    outputs = configuration.plan(variables)["planned_values"]["outputs"]
    assert outputs["url"]["value"] == "https://voice.example"
    assert outputs["doctor"]["value"] == (
        "make doctor URL=https://voice.example ORIGIN=https://shop.example DOCTOR='--websocket live.shop.example:8443'"
    )
    assert 'endpoint="https://voice.example"' in outputs["snippet"]["value"]


def test_a_private_function_is_called_by_nobody(configuration: Configuration) -> None:
    """`public = false` leaves out the one grant to everybody, for organisations that forbid it."""
    plan = configuration.plan({**BASIC, "public": False})
    assert "allUsers" not in str(planned(plan))


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"name": "Live"}, "name must be"),
        ({"name": "a" * 25}, "name must be"),
        ({"project_id": "123456789012"}, "project_id must be"),
        ({"region": "europe-west1-b"}, "region must be"),
        ({"cpu": 3}, "cpu must be"),
        ({"cpu": 0.5}, "concurrency must be 1"),
        ({"concurrency": 0}, "concurrency must be"),
        ({"memory": "512"}, "memory must be"),
        ({"min_instances": 2}, "min_instances must be"),
        ({"max_instances": 0}, "max_instances must be"),
        ({"runtime": "python27"}, "runtime must be"),
        ({"custom_url": "https://voice.example/"}, "custom_url must be"),
        ({"ingress": "ALLOW_INTERNAL_ONLY"}, "ingress must be"),
        ({"redis": {}, "limits_storage": "redis://10.0.0.3"}, "leave limits_storage at its default"),
        ({"redis": {}, "limits_storage_secret": "projects/p/secrets/s/versions/1"}, "leave limits_storage_secret out"),
        ({"limits_storage_secret": "projects/p/secrets/s"}, "limits_storage_secret must be"),
        (
            {"limits_storage_secret": "projects/p/secrets/s/versions/1", "limits_storage": "redis://h"},
            "leave limits_storage at",
        ),
        ({"redis": {"ip_cidr_range": "10.0.0.0/28"}}, "ip_cidr_range must be"),
        ({"deploy_account": "somebody@example.com"}, "deploy_account must be"),
        ({"budget": {"amount": 0, "billing_account": "x", "project_number": "y"}}, "budget.billing_account must be"),
        ({"alerts": {"channels": ["me@example.com"]}}, "alerts.channels must be"),
        ({"gemini_api_key_version": 0}, "gemini_api_key_version must be"),
        ({"allowed_origins": []}, "at least one site"),
    ],
)
def test_a_wrong_variable_stops_the_plan_with_a_sentence(
    rules: Configuration, variables: dict[str, Any], sentence: str
) -> None:
    """Mistakes are found before anything is made, and the message says what to write instead."""
    assert sentence in rules.complaints(variables)
