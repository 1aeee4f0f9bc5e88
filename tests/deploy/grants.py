"""Who may do what on what, read off a plan."""

from typing import Any

# the attribute that names what a grant of this type is on
_ON = {
    "google_artifact_registry_repository_iam_member": "repository",
    "google_cloud_run_v2_service_iam_member": "name",
    "google_cloudfunctions2_function_iam_member": "cloud_function",
    "google_project_iam_member": "project",
    "google_secret_manager_secret_iam_member": "secret_id",
    "google_service_account_iam_member": "service_account_id",
    "google_storage_bucket_iam_member": "bucket",
}

Grant = tuple[str, str, str]


def grants(resources: list[dict[str, Any]]) -> set[Grant]:
    """Return (member, role, what it is on) of every grant among planned `resources`.

    What it is on reads "type name", such as "storage_bucket my-project-livetoken-source"; a condition is added to it.
    """
    found = set()
    for resource in resources:
        if "_iam_" not in resource["type"]:
            continue
        values = resource["values"]
        kind = resource["type"].removeprefix("google_").removesuffix("_iam_member")
        on = f"{kind} {values[_ON[resource['type']]]}"
        for condition in values.get("condition") or []:
            on += f" if {condition['expression']}"
        found.add((values["member"], values["role"], on))
    return found
