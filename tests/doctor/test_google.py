"""Google's side: each failure of secret, key, model and API version, provoked against the emulator."""

import urllib.request
from collections.abc import Callable

import pytest
from google.oauth2.credentials import Credentials

from dev import processes
from doctor.check import run
from doctor.deployment import Deployment
from doctor.examination import checks, google_checks
from doctor.live import Live
from doctor.web import Web
from livetoken.settings.environment import Settings
from tests.doctor.conftest import Examined
from tests.support import KEY, ORIGIN

ExamineGoogle = Callable[..., Examined]
NAMES = ["secret", "access", "key", "model", "versions", "worst-day", "usage-log"]


@pytest.fixture(name="examine_google")
def _examine_google(google: processes.Google) -> ExamineGoogle:
    """Return an examiner of Google's side alone, logged in as the emulator's metadata server says."""

    def login() -> Credentials:
        path = "computeMetadata/v1/instance/service-accounts/default/token"
        request = urllib.request.Request(f"{google.url}/{path}", headers={"Metadata-Flavor": "Google"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            token = answer.read().decode().split('"')[3]
        return Credentials(token=token)  # type: ignore[no-untyped-call]

    def examine(
        secret: str = "gemini-api-key",
        *,
        project: str = "livetoken-local",
        version: str = "v1alpha",
        url: str | None = None,
        prompt: str | None = None,
    ) -> Examined:
        web = Web(5)
        deployment = Deployment(url or "http://127.0.0.1:9", (ORIGIN,), web, Live(5, web.context), prompt=prompt)
        settings = Settings.from_environment(
            {
                "ALLOWED_ORIGINS": ORIGIN,
                "GEMINI_API_KEY_SECRET": f"projects/{project}/secrets/{secret}/versions/latest",
                "GEMINI_BASE_URL": google.url,
                "SECRET_MANAGER_BASE_URL": google.url,
                "GEMINI_API_VERSION": version,
            }
        )
        list(run(checks() if url else [], deployment))
        seen = Examined({found.name: found for found in run(google_checks(settings, 5, login), deployment)}, deployment)
        assert list(seen.findings) == NAMES
        assert KEY not in str(seen.findings)
        assert not [mint["token"] for mint in google.mints() if mint["token"] in str(seen.findings)]
        return seen

    return examine


def test_all_is_well(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """Secret, key, model and versions are found; each version is tried once, with a token locked to one model."""
    seen = examine_google()
    assert seen.failed == []
    assert seen["versions"].detail == "v1alpha mints, v1beta mints, v1 does not (404); the function uses v1alpha"
    assert [mint["apiVersion"] for mint in google.mints()] == ["v1alpha", "v1beta"]
    assert {mint["body"]["bidiGenerateContentSetup"]["model"] for mint in google.mints()} == {"models/gemini-3.8-live"}
    assert seen.deployment.minted_with_key == 2


def test_no_such_secret(examine_google: ExamineGoogle) -> None:
    """A secret that does not exist is told by its whole name, and nothing else is tried."""
    seen = examine_google("misspelt")
    assert "There is no projects/livetoken-local/secrets/misspelt/versions/latest" in seen.blames("secret")
    assert {seen[name].ok for name in NAMES[1:-2]} == {None}


def test_may_not_even_look(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """Where Google says neither yes nor no, the doctor does not either."""
    google.fault("secret", "error", name="denied")
    assert "Google does not say whether the secret exists" in examine_google().blames("secret")


def test_visible_but_not_readable(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A secret that can be seen but not read lacks one grant, on that secret."""
    google.fault("secret", "error", name="denied", times=1)
    google.fault("secret", "body", status=200, text='{"name": "projects/1/secrets/gemini-api-key"}')
    seen = examine_google()
    assert seen["secret"].ok
    told = seen.blames("access")
    assert "roles/secretmanager.secretAccessor" in told
    assert "gcloud secrets add-iam-policy-binding gemini-api-key --project=livetoken-local" in told


def test_secret_manager_switched_off(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A 403 because the API is off is told from a missing grant."""
    text = '{"error": {"code": 403, "message": "Secret Manager API has not been used in project 1 before or it is disabled.", "status": "PERMISSION_DENIED"}}'
    google.fault("secret", "body", status=403, text=text)
    assert "gcloud services enable secretmanager.googleapis.com" in examine_google().blames("secret")


def test_secret_manager_is_down(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """Secret Manager's own errors are not blamed on the secret."""
    google.fault("secret", "error", name="unavailable")
    assert "gave no usable answer" in examine_google().blames("secret")


def test_login_refused(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A login that Google does not accept is to be renewed."""
    google.fault("secret", "error", name="unauthenticated")
    assert "gcloud auth application-default login" in examine_google().blames("secret")


@pytest.mark.parametrize("state", ["DISABLED", "DESTROYED"])
def test_version_switched_off(examine_google: ExamineGoogle, google: processes.Google, state: str) -> None:
    """A version that is disabled or destroyed exists, but cannot be read."""
    google.version(1, state)
    seen = examine_google()
    assert seen["secret"].ok
    assert "disabled or destroyed" in seen.blames("access")


@pytest.mark.parametrize("payload", ["", "GEMINI_API_KEY='something like that'", "short"])
def test_payload_is_no_key(examine_google: ExamineGoogle, google: processes.Google, payload: str) -> None:
    """What cannot be a key is told so, without being repeated."""
    google.secret(payload or " ", accept=False)
    told = examine_google().blames("access")
    assert "The secret does not hold a key" in told
    assert not payload or payload not in told


@pytest.mark.parametrize("state", ["invalid", "expired", "leaked"])
def test_key_refused(examine_google: ExamineGoogle, google: processes.Google, state: str) -> None:
    """A key that Gemini does not accept fails with Gemini's words; model and versions are not tried."""
    google.key(KEY, state)
    seen = examine_google()
    assert "Gemini does not accept the key" in seen.blames("key")
    assert seen["model"].ok is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("region", "does not serve the country"),
        ("quota", "quota is used up"),
        ("denied", "the API is off in its project"),
        ("internal", "gave no usable answer"),
        ("not-found", "No API version mints"),
    ],
)
def test_key_cannot_be_used(examine_google: ExamineGoogle, google: processes.Google, fault: str, expected: str) -> None:
    """What Gemini says instead of minting is told apart."""
    google.fault("gemini", "error", name=fault)
    assert expected in examine_google().blames("key")


def test_answer_without_token(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A 200 without a token's name is no working key."""
    google.fault("gemini", "body", text="{}")
    assert "an answer without a token" in examine_google().blames("key")


def test_model_gone(examine_google: ExamineGoogle, odd_function: processes.Function) -> None:
    """The model that the function locks is looked for, and those that the key may use are named."""
    told = examine_google(url=odd_function.url, prompt="gone").blames("model")
    assert "models/gemini-gone-live does not exist for this key" in told
    assert "models/gemini-3.8-live," in told


def test_models_cannot_be_listed(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A model that is not there is told without the others where these cannot be listed."""
    google.fault("gemini", "delay", ms=1, times=1)
    google.fault("gemini", "error", name="not-found", times=1)
    google.fault("gemini", "error", name="internal", times=1)
    told = examine_google().blames("model")
    assert "does not exist for this key" in told
    assert "may use" not in told


def test_no_live_model(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A model that exists but does not converse is told so."""
    google.fault("gemini", "delay", ms=1, times=1)
    google.fault(
        "gemini", "body", text='{"name": "models/x", "supportedGenerationMethods": ["generateContent"]}', times=1
    )
    assert "is no model for live conversations" in examine_google().blames("model")


def test_models_cannot_be_asked(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """A failure other than 404 is not blamed on the model's name."""
    google.fault("gemini", "delay", ms=1, times=1)
    google.fault("gemini", "error", name="unavailable", times=1)
    assert "gave no usable answer" in examine_google().blames("model")


def test_version_moved(examine_google: ExamineGoogle, google: processes.Google) -> None:
    """Where the function's API version mints no more but another does, the setting to change is named."""
    google.fault("gemini", "error", name="not-found", times=1)
    seen = examine_google()
    assert seen["key"].detail == "mints under v1beta"
    assert "GEMINI_API_VERSION=v1beta" in seen.blames("versions")


def test_version_of_the_environment(examine_google: ExamineGoogle) -> None:
    """Without an answer of the function, its own setting says which version counts."""
    assert "the function uses v1beta" in examine_google(version="v1beta")["versions"].detail
