"""Moving windows in Redis, shared by all instances. The only importer of redis and of the `limits` library."""

from typing import Any

from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

_LEAVE = b"""
for index = 0, redis.call('llen', KEYS[1]) - 1 do
    local entry = redis.call('lindex', KEYS[1], index)
    if tonumber(entry) == tonumber(ARGV[1]) then return redis.call('lrem', KEYS[1], 1, entry) end
end
"""


class RedisWindows(RedisStorage):
    """Windows shared by all instances, on the clock of the Redis server, so that theirs need not agree."""

    STORAGE_SCHEME = ["livetoken+redis"]  # noqa: RUF012 - the library's own form; its `redis` stays what it is

    def initialize_storage(self, _uri: str) -> None:
        """Make the library's scripts and ours known; the server is spoken to at the first entry, not yet here."""
        super().initialize_storage(_uri)
        self._redis: Any = self.get_connection()
        self._leave: Any = self._redis.register_script(_LEAVE)

    def now(self) -> float:
        """Return the server's time."""
        seconds, microseconds = self._redis.time()
        return float(seconds + microseconds / 1_000_000)

    def enter(self, key: str, limit: int, seconds: int, at: float) -> bool:
        """Count an entry made `at`, unless `limit` entries are not older than `seconds`; return whether it counts."""
        return bool(self.lua_acquire_moving_window([self.prefixed_key(key)], [at, limit, seconds, 1]))

    def leave(self, key: str, at: float) -> None:
        """Take back the entry made `at`."""
        self._leave([self.prefixed_key(key)], [at])

    def wait(self, key: str, limit: int, seconds: int, at: float) -> float:
        """Return for how many seconds from `at` the window stays full; 0 when it has room."""
        oldest = self._redis.lindex(self.prefixed_key(key), limit - 1)
        return max(0.0, float(oldest) + seconds - at) if oldest else 0.0


def open_redis(uri: str) -> RedisWindows:
    """Return the windows in the Redis at `uri`, which is spoken to at the first entry."""
    # a second try, because Redis drops connections that were idle; limits.py bounds both together
    patience: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 1)}
    return RedisWindows(uri, **patience)
