"""Names and helpers that the tests share."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parent.parent
ORIGIN = "https://shop.example"
KEY = "stand-in-key-for-local-use-only"
MakeClient = Callable[..., FlaskClient]


def post(client: FlaskClient, fields: object = None, path: str = "/", **headers: str) -> Any:
    """POST `fields` as JSON the way a page on ORIGIN does; `headers` replace or add, with _ for -."""
    sent: Mapping[str, str] = {"Origin": ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    body = json.dumps({} if fields is None else fields)
    return client.post(path, data=body, content_type="application/json", headers=sent)


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes true within five seconds."""
    end = time.monotonic() + 5
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
