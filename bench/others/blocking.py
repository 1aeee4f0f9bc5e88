"""The way of Google's own Python example: aiohttp, one client, and the SDK's blocking call inside the handler.

It locks nothing into the token and reads no body, so it does less than the others.
"""

import os
from datetime import UTC, datetime, timedelta

from aiohttp import web
from google import genai

client = genai.Client(api_key=os.environ["GEMINI_API_KEY"], http_options={"api_version": "v1alpha"})


async def mint(_request: web.Request) -> web.Response:
    """Answer a token to anybody, while everybody else waits."""
    now = datetime.now(UTC)
    times = {"expire_time": now + timedelta(minutes=30), "new_session_expire_time": now + timedelta(minutes=1)}
    token = client.auth_tokens.create(config={"uses": 1, **times})
    return web.json_response({"token": token.name, "expires_at": times["expire_time"].isoformat()})


if __name__ == "__main__":
    app = web.Application()
    app.router.add_post("/api/token", mint)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
