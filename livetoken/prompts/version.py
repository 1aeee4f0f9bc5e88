"""Which version of a prompt file a token was minted from: a short hash of what it says, in answer and log."""

import hashlib

DIGITS = 8


def version_of(*texts: str) -> str:
    """Return 8 hex digits for a prompt file's text and the texts that it includes, in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())  # so that it counts where one ends and the next begins
    return digest.hexdigest()[:DIGITS]
