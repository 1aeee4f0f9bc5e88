"""What `terraform output -json` says about a deployment, checked before anything is started with it."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from livetoken.settings.origins import parse_origins

_URL = re.compile(r"https://[a-z0-9.-]+(:[1-9][0-9]{0,4})?|http://(localhost|127\.0\.0\.1):[1-9][0-9]{0,4}", re.ASCII)
_ELSEWHERE = re.compile(r"https://(?P<host>[a-z0-9][a-z0-9.-]*(:[1-9][0-9]{0,4})?)(?=/|\Z)", re.ASCII)


class OutputsError(Exception):
    """Terraform's outputs are not those of a deployment; the message says which one is wrong."""


class Deployed(NamedTuple):
    """A deployment: where it is, whom it serves, whether a page gets a token, and what bounds it."""

    url: str
    origins: tuple[str, ...]
    mints: bool
    protection: Mapping[str, Any]

    @property
    def websocket(self) -> str:
        """Host and port where sessions are opened instead of Google's, by `gemini_base_url`; else nothing."""
        settings = self.protection.get("settings")
        given = settings.get("GEMINI_BASE_URL") if isinstance(settings, dict) else None
        match = _ELSEWHERE.match(given.lower()) if isinstance(given, str) else None
        return match["host"] if match else ""

    @classmethod
    def from_outputs(cls, text: str) -> "Deployed":
        """Return what `text`, the JSON of `terraform output -json`, says.

        Raises:
            OutputsError: an output is missing or not of its form. Its value is not repeated.
        """
        try:
            outputs = {name: output["value"] for name, output in json.loads(text).items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OutputsError("this is not what `terraform output -json` prints") from error
        url, origins, mints, protection = (outputs.get(name) for name in ("url", "origins", "mints", "protection"))
        if not isinstance(url, str) or not _URL.fullmatch(url):
            raise OutputsError("the output `url` is not an address such as https://livetoken-….run.app")
        try:
            # of a pattern for previews one origin is tried; whether it is the owner's, the function has judged
            listed = [str(origin).replace("*", "preview") for origin in origins] if isinstance(origins, list) else []
            allowed = parse_origins(",".join(listed)) if listed else ()
        except ValueError as error:
            raise OutputsError("the output `origins` holds something else than origins") from error
        if not allowed:
            raise OutputsError("the output `origins` is not a list of origins")
        if not isinstance(mints, bool) or not isinstance(protection, dict):
            raise OutputsError(
                "the outputs `mints` and `protection` are missing: apply this version of livetoken first"
            )
        return cls(url, allowed, mints, protection)

    def doctor(self, python: str, *options: str) -> list[str]:
        """Return the command that examines it: a list of words, read by no shell."""
        elsewhere = ["--websocket", self.websocket] if self.websocket else []
        return [python, "-m", "doctor", self.url, "--origin", ",".join(self.origins), *elsewhere, *options]
