"""The two SDKs in a process of their own: what it takes to import them and to make the first client of each."""

import json
import re
import sys
import time
from pathlib import Path


def megabytes() -> float:
    """Return what this process holds; 0 where the system does not tell."""
    rollup = Path("/proc/self/smaps_rollup")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup.read_text() if rollup.exists() else "", re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


empty = megabytes()
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

json.dump({"secret_manager": 1000 * secret_manager, "both": 1000 * both, "megabytes": megabytes() - empty}, sys.stdout)
