"""The function of main.py with a key that is read anew every second, so that minutes of a key's life fit into a test."""

from livetoken.secret import key

key.TTL_SECONDS = 1
key.RETRY_SECONDS = 0.2
key.WARN_SECONDS = 2
key.KEPT_SECONDS = 1

from main import mint_token  # noqa: E402 - the numbers above come first

__all__ = ["mint_token"]
