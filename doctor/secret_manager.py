"""Secret Manager, with `--project`: the secret exists, may be read, and holds a key; through Google's own client."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from doctor.finding import Failure
from livetoken.secret.secret_manager import UnusableKeyError, usable_key
from livetoken.settings.environment import Settings

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient

OK, INVALID, UNAUTHENTICATED, DENIED, ABSENT = 200, 400, 401, 403, 404
_LOGIN = "$ gcloud auth application-default login"


class Secret:
    """Examines one secret. Once `access` has passed, `key` is what it holds; no finding repeats it."""

    def __init__(self, settings: Settings, timeout: float, login: Callable[[], "Credentials"]) -> None:
        self._base_url, self._timeout, self._login = settings.secret_manager_base_url, timeout, login
        self._name = str(settings.gemini_api_key_secret)
        _, self._project, _, self._secret, _, self._version = self._name.split("/")
        self._who, self._payload, self._found = "this account", b"", ""
        self._denied: Failure | None = None
        self.key = ""

    def exists(self) -> str:
        """The secret exists."""
        status, switched_off = self._read()
        if switched_off:
            raise Failure(
                "The Secret Manager API is switched off in this project.",
                f"Switch it on:\n$ gcloud services enable secretmanager.googleapis.com --project={self._project}",
                str(DENIED),
            )
        if status == DENIED:  # not allowed to read it: perhaps it can be seen, though
            status = self._look()
        match status:
            case 200 | 400:
                return f"{self._name.partition('/versions/')[0]} is there"
            case 404:
                raise Failure(
                    f"There is no {self._name}.",
                    "Check PROJECT and --secret (Terraform: output secret_id). Without Terraform, make it; the command "
                    "waits for the key, then Enter and Ctrl-D:\n"
                    f"$ gcloud secrets create {self._secret} --project={self._project} --data-file=-",
                    str(status),
                )
            case 403:
                raise Failure(
                    f"Google does not say whether the secret exists: {self._who} may not look, or the project is "
                    "called differently.",
                    f"Check PROJECT and --secret, or log in as an owner of the project:\n{_LOGIN}",
                    str(status),
                )
        raise self._denied or Failure("Secret Manager gave no usable answer.", "Try again in a minute.", str(status))

    def access(self) -> str:
        """The account that the doctor runs as may read the secret, and it holds a key."""
        if self._denied:
            raise self._denied
        try:
            self.key = usable_key(self._payload, self._found).value
        except UnusableKeyError as error:
            raise Failure(
                "The secret does not hold a key: a key is 20 to 400 printable characters, without quotes or spaces.",
                "Add a version with the key alone, without quotes and without `GEMINI_API_KEY=`:\n"
                f"$ gcloud secrets versions add {self._secret} --project={self._project} --data-file=-",
                f"{len(self._payload)} bytes",
            ) from error
        return (
            f"{self._who} may read version {self._found.rpartition('/')[2]}; the function reads it as its own account"
        )

    def _read(self) -> tuple[int, bool]:
        """Read the secret, and keep what it holds or why not; return Google's status, and whether the API is off."""
        try:
            request = {"name": self._name}
            found = self._client().access_secret_version(request=request, retry=None, timeout=self._timeout)
        except Exception as error:  # noqa: BLE001 - the clients' exceptions share no base
            status = _status(error)
            self._denied = self._why(status, type(error).__name__)
            return status, status == DENIED and ("SERVICE_DISABLED" in str(error) or "has not been used" in str(error))
        self._payload, self._found = found.payload.data, found.name
        return OK, False

    def _look(self) -> int:
        """Return Google's status when asked for the secret itself, without what it holds."""
        try:
            request = {"name": self._name.partition("/versions/")[0]}
            self._client().get_secret(request=request, retry=None, timeout=self._timeout)
        except Exception as error:  # noqa: BLE001 - as above
            return _status(error)
        return OK

    def _client(self) -> "SecretManagerServiceClient":
        from google.cloud import secretmanager_v1

        credentials = self._login()
        rest = secretmanager_v1.SecretManagerServiceClient.get_transport_class("rest")
        client = secretmanager_v1.SecretManagerServiceClient(
            transport=rest(host=self._base_url, credentials=credentials)
        )
        who = getattr(credentials, "service_account_email", "") or getattr(credentials, "account", "")
        self._who = who if who and who != "default" else "this account"
        return client

    def _why(self, status: int, kind: str) -> Failure:
        """Return what it means that reading failed."""
        match status:
            case 403:
                return Failure(
                    f"{self._who} may not read the secret.",
                    "Grant it the role, if you want this checked. The function's own account needs the same one:\n"
                    f"$ gcloud secrets add-iam-policy-binding {self._secret} --project={self._project} "
                    "--role=roles/secretmanager.secretAccessor --member=user:YOU@EXAMPLE.COM",
                    str(status),
                )
            case 400:
                return Failure(
                    f"Version {self._version} of the secret is disabled or destroyed.",
                    "Enable it, or add a new one:\n"
                    f"$ gcloud secrets versions list {self._secret} --project={self._project}",
                    str(status),
                )
            case 401:
                return Failure("Google does not accept this machine's login.", f"Log in again:\n{_LOGIN}", str(status))
        if kind in ("DefaultCredentialsError", "RefreshError"):
            return Failure("This machine is not logged in to Google Cloud.", f"Log in:\n{_LOGIN}", kind)
        host = urlsplit(self._base_url).netloc
        return Failure(
            f"Secret Manager at {host} gave no usable answer.", "Try again in a minute.", str(status or kind)
        )


def machine_login() -> "Credentials":
    """This machine's application default credentials: of its gcloud user, or of the account that it runs as."""
    import google.auth

    with warnings.catch_warnings():  # that a login names no project to bill is of no matter here
        warnings.simplefilter("ignore")
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    return credentials


def _status(error: Exception) -> int:
    """The HTTP status behind one of the client's exceptions; 0 when there was none."""
    code = getattr(error, "code", None)
    return int(code) if isinstance(code, int) else 0
