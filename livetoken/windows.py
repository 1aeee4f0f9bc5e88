"""The two storages of moving windows, in memory and in Redis, as the `limits` library makes them, plus a refund."""

import threading
import time
from typing import Any

from limits.storage import MemoryStorage, RedisStorage

EMPTY_KEYS = 10_000  # windows that stand empty are swept when there are more than so many
_TAKE_BACK = b"""
for index = 0, tonumber(ARGV[2]) do
    local entry = redis.call('lindex', KEYS[1], index)
    if not entry then return 0 end
    if tonumber(entry) <= tonumber(ARGV[1]) then return redis.call('lrem', KEYS[1], 1, entry) end
end
return 0
"""
_LOOK_BACK = 1000  # entries that may be younger than the one taken back


class MemoryWindows(MemoryStorage):
    """Windows of one process; one lock makes them exact under any number of threads."""

    STORAGE_SCHEME = ["livetoken+memory"]  # noqa: RUF012 - the library's own form; its `memory` stays what it is

    def __init__(self) -> None:
        self._exact = threading.RLock()
        super().__init__()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count one entry, unless `limit` entries are younger than `expiry` seconds."""
        with self._exact:
            if len(self.events) > EMPTY_KEYS:
                self._sweep()
            return super().acquire_entry(key, limit, expiry, amount)

    def refund(self, key: str, acquired_at: float) -> None:
        """Take back the entry made at or just before `acquired_at` (POSIX seconds)."""
        with self._exact, self.locks[key]:
            events = self.events.get(key, [])
            mine = next((entry for entry in events if entry.atime <= acquired_at), None)
            if mine is not None:
                events.remove(mine)

    def _sweep(self) -> None:
        """Forget windows in which nothing counts any more; the library keeps their empty lists for ever."""
        now = time.time()
        for key in [key for key, events in self.events.items() if not events or events[0].expiry <= now]:
            del self.events[key]


class RedisWindows(RedisStorage):
    """Windows shared by all instances."""

    STORAGE_SCHEME = ["livetoken+redis"]  # noqa: RUF012 - as above

    def initialize_storage(self, _uri: str) -> None:
        """Make the library's scripts and ours known."""
        super().initialize_storage(_uri)
        self._take_back: Any = self.get_connection().register_script(_TAKE_BACK)

    def refund(self, key: str, acquired_at: float) -> None:
        """Take back the entry made at or just before `acquired_at` (POSIX seconds)."""
        self._take_back([self.prefixed_key(key)], [acquired_at, _LOOK_BACK])


def open_windows(uri: str) -> MemoryWindows | RedisWindows:
    """Return the storage that `LIMITS_STORAGE` names; Redis is spoken to at the first entry, not yet here."""
    if uri == "memory://":
        return MemoryWindows()
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    patience: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 1)}
    return RedisWindows(uri, **patience)
