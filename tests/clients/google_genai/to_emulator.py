"""A pytest plugin: the client of the SDK's own tests takes no base URL from the environment, so it is given one."""

import os
from typing import Any

from google.genai import _api_client, types

_original = _api_client.BaseApiClient.__init__


def _init(self: _api_client.BaseApiClient, **given: Any) -> None:
    options = given.get("http_options") or types.HttpOptions()
    given["http_options"] = options.model_copy(update={"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]})
    _original(self, **given)


_api_client.BaseApiClient.__init__ = _init
