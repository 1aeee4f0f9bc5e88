"""One raw exchange over a kept connection by itself: for each line read, makes so many tokens and prints their milliseconds."""

import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

url = urlsplit(os.environ["GOOGLE_GEMINI_BASE_URL"])
connection = http.client.HTTPConnection(url.hostname or "", url.port)
headers = {"x-goog-api-key": os.environ["GEMINI_API_KEY"], "Content-Type": "application/json"}
text = {"parts": [{"text": json.loads(os.environ["BODY"])["pageContent"]}]}
body = json.dumps(
    {"uses": 1, "bidiGenerateContentSetup": {"model": "models/gemini-3.8-live", "systemInstruction": text}}
)

for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        began = time.perf_counter()
        connection.request("POST", "/v1alpha/auth_tokens", body, headers)
        assert json.load(connection.getresponse())["name"]
        times.append(1000 * (time.perf_counter() - began))
    print(json.dumps(times), flush=True)
