"""Secret Manager and the metadata server as the real client sees them, in a process with the function's environment."""

import json
import subprocess
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.state.secrets import crc32c

from dev.processes import Google, function_env, minimal_env

READ = """
import json, sys
import google.auth
from google.api_core.client_options import ClientOptions
from google.cloud import secretmanager
credentials, project = google.auth.default()
options = ClientOptions(api_endpoint=sys.argv[1])
client = secretmanager.SecretManagerServiceClient(transport="rest", client_options=options)
for name in sys.argv[2:]:
    try:
        answer = client.access_secret_version(name=name, retry=None, timeout=2)
        print(json.dumps([answer.name, answer.payload.data.decode(), answer.payload.data_crc32c, project]))
    except Exception as error:
        print(json.dumps([type(error).__name__, str(error)]))
"""
SECRET = "projects/livetoken-local/secrets/gemini-api-key/versions"
NUMBERED = "projects/123456789012/secrets/gemini-api-key/versions"


def read(google: Google, *names: str) -> list[Any]:
    """What the real client gets for each name. Its metadata address is read at import, hence a process."""
    env = minimal_env(**function_env(google.url), CLOUDSDK_CONFIG="/nonexistent")
    command = [sys.executable, "-c", READ, google.url, *names]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    # Anything on standard error would be a look-up outside the machine, or a warning.
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_real_client_reads_versions(google: Google) -> None:
    """`latest` is the newest version, the name has the project's number, and the checksum is verified."""
    assert google.secret("second-key\n") == 2
    first, latest = read(google, f"{SECRET}/1", f"{SECRET}/latest")
    assert first == [f"{NUMBERED}/1", DEFAULT_KEY, crc32c(DEFAULT_KEY.encode()), "livetoken-local"]
    assert latest[:2] == [f"{NUMBERED}/2", "second-key\n"]
    paths = google.requests()["metadata"]["byPath"]
    assert paths["GET /computeMetadata/v1/instance/service-accounts/default/token"] == 1
    assert google.requests()["secret"]["count"] == 2


def test_the_real_client_is_refused(google: Google) -> None:
    """Missing secrets and versions, another project, disabled and destroyed versions: Google's errors, by class."""
    google.version(google.secret("second"), "DISABLED")
    google.version(google.secret("third"), "DESTROYED")
    rows = read(
        google,
        f"{SECRET}/2",
        f"{SECRET}/latest",
        f"{SECRET}/9",
        "projects/livetoken-local/secrets/other/versions/1",
        "projects/elsewhere/secrets/gemini-api-key/versions/1",
    )
    assert [row[0] for row in rows] == ["BadRequest", "BadRequest", "NotFound", "NotFound", "Forbidden"]
    assert f"Secret Version [{NUMBERED}/2] is in DISABLED state." in rows[0][1]
    assert f"Secret Version [{NUMBERED}/3] is in DESTROYED state." in rows[1][1]
    assert "Permission 'secretmanager.versions.access' denied" in rows[4][1]


def test_a_bearer_token_is_needed(google: Google) -> None:
    """Without credentials, and with wrong ones, Secret Manager says 401."""
    url = f"{google.url}/v1/{SECRET}/1:access"
    for headers in ({"Accept": "*/*"}, {"Authorization": "Bearer wrong"}):
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(url, headers=headers))
        with caught.value as error:
            assert error.code == 401
            assert json.loads(error.read())["error"]["status"] == "UNAUTHENTICATED"


def test_the_checksum_is_castagnolis() -> None:
    """The check value of CRC-32C, as the standard gives it."""
    assert crc32c(b"123456789") == 0xE3069283
