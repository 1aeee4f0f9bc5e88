"""The metadata server that credentials come from on Google's machines."""

import json
import random

from local.google.secrets import PROJECT, PROJECT_NUMBER

EMAIL = f"livetoken@{PROJECT}.iam.gserviceaccount.com"
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
HEADERS = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
TOKEN_SECONDS = 3599
_BASE = "/computeMetadata/v1/"


class Metadata:
    """Answers by path; `token` is the bearer token that Secret Manager then accepts."""

    def __init__(self, chance: random.Random) -> None:
        self.token = f"ya29.stand-in-{chance.getrandbits(128):032x}"

    def answer(self, path: str, flavor: str | None) -> tuple[int, str, str]:
        """Status, content type and body for a path without its query."""
        if path == "/":
            return 200, "application/text", "computeMetadata/\n"
        if flavor != "Google":
            return 403, "text/html; charset=UTF-8", "Missing Metadata-Flavor:Google header.\n"
        name = path.removeprefix(_BASE)
        account = name.removeprefix("instance/service-accounts/default").removeprefix(
            f"instance/service-accounts/{EMAIL}"
        )
        whole = {"aliases": ["default"], "email": EMAIL, "scopes": SCOPES}
        texts = {
            "project/project-id": PROJECT,
            "project/numeric-project-id": PROJECT_NUMBER,
            "universe/universe-domain": "googleapis.com",
            "instance/region": f"projects/{PROJECT_NUMBER}/regions/us-central1",
            "instance/zone": f"projects/{PROJECT_NUMBER}/zones/us-central1-1",
            "instance/id": "1",
            "instance/service-accounts/": f"default/\n{EMAIL}/\n",
        }
        if name in texts:
            return 200, "application/text", texts[name]
        if account == name:
            return 404, "text/html; charset=UTF-8", "not found\n"
        match account:
            case "/email":
                return 200, "application/text", EMAIL
            case "/scopes":
                return 200, "application/text", "\n".join(SCOPES) + "\n"
            case "/token":
                token = {"access_token": self.token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}
                return 200, "application/json", json.dumps(token)
            case "/" | "":
                return 200, "application/json", json.dumps(whole)
            case _:
                return 404, "text/html; charset=UTF-8", "not found\n"
