"""The API keys that the emulator knows, and what it says to each."""

from gemini_live_emulator.protocol.errors import BAD_KEY, EXPIRED_KEY, LEAKED_KEY, NO_KEY, GoogleError, key_error

STATES = ("accepted", "invalid", "expired", "leaked")


class Keys:
    """Key → state; a key that was never mentioned is invalid."""

    def __init__(self, accepted: str) -> None:
        self._first = accepted
        self._states = {accepted: "accepted"}

    def set(self, key: str, state: str) -> None:
        """From now on `key` is accepted, invalid, expired or leaked."""
        if state not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}")
        self._states[key] = state

    def reset(self) -> None:
        """Know only the first key again."""
        self._states = {self._first: "accepted"}

    def check(self, key: str | None) -> None:
        """Raise the GoogleError that this key earns; return when it is accepted."""
        if not key:
            raise GoogleError(403, NO_KEY)
        match self._states.get(key):
            case "accepted":
                return
            case "expired":
                raise key_error(EXPIRED_KEY, "API_KEY_INVALID")
            case "leaked":
                raise GoogleError(403, LEAKED_KEY)
            case _:
                raise key_error(BAD_KEY, "API_KEY_INVALID")
