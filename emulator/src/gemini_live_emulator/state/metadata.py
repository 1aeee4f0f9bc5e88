"""The metadata server that credentials come from on Google's machines."""

import json
import random
from typing import Any

from gemini_live_emulator.state.secrets import PROJECT, PROJECT_NUMBER

# The form that identities of a workload pool have. For a service account's own form google-auth would ask
# iamcredentials.googleapis.com, out on the Internet, for its regional access boundary.
EMAIL = f"{PROJECT}.svc.id.goog"
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
HEADERS = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
TOKEN_SECONDS = 3599
_BASE = "/computeMetadata/v1/"
_TEXT, _HTML = "application/text", "text/html; charset=UTF-8"


class Metadata:
    """Answers by path; `token` is the bearer token that Secret Manager then accepts."""

    def __init__(self, chance: random.Random) -> None:
        self.token = f"ya29.emulator-{chance.getrandbits(128):032x}"

    def answer(self, path: str, flavor: str | None) -> tuple[int, str, str]:
        """Status, content type and body for a path without its query."""
        if path == "/":
            return 200, _TEXT, "computeMetadata/\n"
        if flavor != "Google":
            return 403, _HTML, "Missing Metadata-Flavor:Google header.\n"
        found = self._tree().get(path.removeprefix(_BASE).replace(f"/{EMAIL}/", "/default/"))
        if found is None:
            return 404, _HTML, "not found\n"
        return (200, _TEXT, found) if isinstance(found, str) else (200, "application/json", json.dumps(found))

    def _tree(self) -> dict[str, str | dict[str, Any]]:
        account = "instance/service-accounts/default/"
        return {
            "project/project-id": PROJECT,
            "project/numeric-project-id": PROJECT_NUMBER,
            "universe/universe-domain": "googleapis.com",
            "instance/id": "1",
            "instance/region": f"projects/{PROJECT_NUMBER}/regions/us-central1",
            "instance/zone": f"projects/{PROJECT_NUMBER}/zones/us-central1-1",
            "instance/service-accounts/": f"default/\n{EMAIL}/\n",
            account: {"aliases": ["default"], "email": EMAIL, "scopes": SCOPES},
            f"{account}email": EMAIL,
            f"{account}scopes": "\n".join(SCOPES) + "\n",
            f"{account}token": {"access_token": self.token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"},
        }
