"""What is deployed, with `--project`: the function's settings and how many instances it may have, as Cloud Run says."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor import google_api
from doctor.cloud_run import Service
from doctor.finding import Failure

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

CLOUD_RUN = "https://run.googleapis.com"
_MOST_INSTANCES = 100  # where nothing is said


class Deployed(NamedTuple):
    """The environment that the function runs with, but for what comes from secrets, and the most instances of it."""

    environment: Mapping[str, str]
    secrets: frozenset[str]
    instances: int


def read(service: Service, timeout: float, login: Callable[[], "Credentials"], base_url: str = CLOUD_RUN) -> Deployed:
    """Return what Cloud Run says about the service.

    Raises:
        Failure: nothing usable.
    """
    url = f"{base_url}/v2/projects/{service.project}/locations/{service.region}/services/{service.name}"
    seen, found = google_api.asked(login, timeout, "GET", url)
    if seen == google_api.OK:
        try:
            return _deployed(found)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            seen = type(error).__name__
    denied = ": this account may not look" if seen == google_api.DENIED else ""
    raise Failure(
        f"Cloud Run does not say how the function is deployed{denied}.",
        "Grant it the role, if you want this checked; or compare PROJECT with the function's address:\n"
        f"$ gcloud projects add-iam-policy-binding {service.project} --role=roles/run.viewer "
        "--member=user:YOU@EXAMPLE.COM",
        seen,
    )


def _deployed(service: Mapping[str, Any]) -> Deployed:
    template = service["template"]
    variables = [variable for container in template["containers"] for variable in container.get("env", [])]
    environment = {str(variable["name"]): str(variable["value"]) for variable in variables if "value" in variable}
    secrets = frozenset(str(variable["name"]) for variable in variables if "valueSource" in variable)
    bounds = [template.get("scaling", {}).get("maxInstanceCount"), service.get("scaling", {}).get("maxInstanceCount")]
    return Deployed(environment, secrets, min((int(bound) for bound in bounds if bound), default=_MOST_INSTANCES))
