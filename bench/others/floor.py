"""The two SDKs in a process of their own: what it takes to import them and to make the first client of each."""

import json
import sys
import time

began = time.perf_counter()

import google.auth.credentials  # noqa: E402
from google.cloud import secretmanager_v1  # noqa: E402

secrets = secretmanager_v1.SecretManagerServiceClient(
    transport="rest", credentials=google.auth.credentials.AnonymousCredentials()
)
secret_manager = time.perf_counter() - began

from google import genai  # noqa: E402

client = genai.Client(api_key="no-key-is-needed-to-make-a-client")
both = time.perf_counter() - began

json.dump({"secret_manager": 1000 * secret_manager, "both": 1000 * both}, sys.stdout)
