"""Records what google-genai sends for tokens, byte by byte, as a socket receives it.

    python record.py CASES.json > REQUESTS.json

Runs wherever a google-genai is installed, and needs nothing else.
"""

import importlib.metadata
import json
import pathlib
import re
import socket
import sys
import threading
import warnings
from datetime import datetime
from typing import Any

from google import genai
from google.genai import types

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 24\r\nConnection: close\r\n\r\n{"name":"auth_tokens/1"}'
# what depends on the machine: the port that was free, Python's version, and the compressions that this Python knows
MACHINE = [
    (rb"(?m)^(Host: 127\.0\.0\.1):\d+\b", rb"\1:PORT"),
    (rb"(?m)(gl-python)/[\w.+]+", rb"\1/VERSION"),
    (rb"(?m)^(Accept-Encoding): [\w, ]+", rb"\1: COMPRESSIONS"),
]


def neutral(request: bytes) -> str:
    """Return a request without what depends on the machine; it is ASCII throughout."""
    head, end, body = request.partition(b"\r\n\r\n")
    for pattern, replacement in MACHINE:
        head = re.sub(pattern, replacement, head)
    return (head + end + body).decode("ascii")


def _receive(listener: socket.socket, received: list[bytes]) -> None:
    """Keep one request, and answer it."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as file:
        head = b"".join(iter(file.readline, b"\r\n")) + b"\r\n"
        (length,) = re.findall(rb"(?im)^content-length: (\d+)", head)
        received.append(head + file.read(int(length)))
        connection.sendall(ANSWER)


def recorded(case: dict[str, Any]) -> str:
    """Return the request that `client.auth_tokens.create` sends, or why it sends none."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = types.HttpOptions(api_version=case["apiVersion"], base_url=base_url, timeout=4000)
        client = genai.Client(api_key=case["key"], vertexai=False, http_options=options)
        threading.Thread(target=_receive, args=(listener, received), daemon=True).start()
        try:
            client.auth_tokens.create(
                config=types.CreateAuthTokenConfig(
                    uses=1,
                    expire_time=datetime.fromisoformat(case["expires"]),
                    new_session_expire_time=datetime.fromisoformat(case["newSessionExpires"]),
                    live_connect_constraints=types.LiveConnectConstraints(
                        model=case["model"], config=types.LiveConnectConfig.model_validate(case["config"])
                    ),
                    http_options=types.HttpOptions(extra_body=case["extraBody"]) if case["extraBody"] else None,
                )
            )
        except (ValueError, TypeError) as error:  # this version does not know a field, or cannot send it
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return neutral(received[0])


def main(path: str) -> None:
    """Print version and requests as JSON."""
    warnings.filterwarnings("ignore", message="The SDK's token creation implementation is experimental")
    cases = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    requests = {name: recorded(case) for name, case in cases.items()}
    print(json.dumps({"google-genai": importlib.metadata.version("google-genai"), "requests": requests}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
