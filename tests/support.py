"""Names and helpers that the tests share."""

import json
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
