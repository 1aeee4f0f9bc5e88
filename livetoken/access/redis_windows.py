"""Moving windows in Redis, shared by all instances. The only importer of redis.

Each step is one script, which Redis runs whole or not at all. An entry has an id of its own, so that a script which is
sent twice because its reply was lost counts once, and on the clock of the Redis server, so that ours need not agree.
"""

import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from livetoken.access.windows import Full, Held, Window
from livetoken.errors import Misconfigured
from livetoken.runtime import sockets
from livetoken.runtime.deadlines import Deadlines

WAIT_SECONDS = 0.5  # for connecting and for each read; the request's own time bounds them all together
PREFIX = "livetoken:"
LEFT = PREFIX + "left/"  # marks that an entry was taken back; its script may be on its way still
LEFT_SECONDS = 60

# reads before it writes: a script that has written is let through by a Redis that has no memory left
# KEYS: the mark that the entry was taken back, its windows; ARGV: its id, then amount and seconds of each window
ENTER = """
local time = redis.call('time')
local now = time[1] * 1000000 + time[2]
local first, wait = 0, 0
if redis.call('exists', KEYS[1]) == 1 then return redis.error_reply('LEFT the entry was taken back') end
for index = 2, #KEYS do
    local amount, length = tonumber(ARGV[2 * index - 2]), tonumber(ARGV[2 * index - 1]) * 1000000
    local since = string.format('%.0f', now - length)
    if redis.call('zscore', KEYS[index], ARGV[1]) then return {0, '0'} end
    if redis.call('zcount', KEYS[index], since, '+inf') >= amount then
        if first == 0 then first = index - 1 end
        local oldest = redis.call('zrangebyscore', KEYS[index], since, '+inf', 'withscores', 'limit', 0, 1)
        wait = math.max(wait, oldest[2] + length - now)
    end
end
if first > 0 then return {first, string.format('%.0f', wait)} end
for index = 2, #KEYS do
    local length = ARGV[2 * index - 1] * 1000000
    redis.call('zadd', KEYS[index], string.format('%.0f', now), ARGV[1])
    redis.call('zremrangebyscore', KEYS[index], '-inf', string.format('(%.0f', now - length))
    redis.call('pexpire', KEYS[index], string.format('%.0f', length / 1000 + 1))
end
return {0, '0'}
"""

# KEYS: windows and marks; ARGV: for a window the id of the entry, for a mark nothing
LEAVE = f"""
for index, key in ipairs(KEYS) do
    if ARGV[index] == '' then
        redis.call('set', key, '', 'ex', {LEFT_SECONDS})
    else
        redis.call('zrem', key, ARGV[index])
    end
end
"""


class RedisWindows:
    """Windows shared by all instances; the server is spoken to at the first step, not before."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self._enter: Any = client.register_script(ENTER)
        self._leave: Any = client.register_script(LEAVE)

    def prepare(self) -> None:
        """Connect; raises Misconfigured where there is a cluster."""
        self.leave([("none", [Window("none", 1, 1)])])

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Count `entry` in all the windows, or in none because one is full; one that stands in them counts once."""
        arguments: list[str | int] = [entry]
        for window in windows:
            arguments += [window.amount, window.seconds]
        first, wait = _run(self._enter, [LEFT + entry, *(PREFIX + window.key for window in windows)], arguments)
        return Full(int(first) - 1, int(wait) / 1_000_000) if first else None

    def leave(self, entries: Iterable[Held]) -> None:
        """Take entries back, also those that stand in none of their windows."""
        keys: list[str] = []
        arguments: list[str | int] = []
        for entry, windows in entries:
            keys += [*(PREFIX + window.key for window in windows), LEFT + entry]
            arguments += [*[entry] * len(windows), ""]
        _run(self._leave, keys, arguments)


def _run(script: Any, keys: list[str], arguments: list[str | int]) -> Any:
    try:
        return script(keys, arguments)
    except (redis.exceptions.ClusterError, redis.exceptions.ClusterCrossSlotError, redis.exceptions.AskError) as error:
        raise Misconfigured(
            "LIMITS_STORAGE is a Redis Cluster, which cannot count in several windows at once; name a single Redis"
        ) from error


def open_redis(uri: str, deadlines: Deadlines) -> RedisWindows:
    """Return the windows in the Redis at `uri`; nothing is opened yet."""
    tls = ssl.create_default_context() if uri.startswith("rediss:") else None

    class Connection(redis.Connection):
        """A connection whose every wait ends with the request's time."""

        def _connect(self) -> sockets.Socket | sockets.TlsSocket:
            # beside the request, because a name is looked up without any bound
            return deadlines.within(WAIT_SECONDS, self._connected, lambda late: late.close())

        def _connected(self) -> sockets.Socket | sockets.TlsSocket:
            connection = sockets.connect(self.host, self.port, WAIT_SECONDS)
            return sockets.encrypted(connection, tls, self.host) if tls else connection

    pool = redis.ConnectionPool.from_url(
        uri,
        connection_class=Connection,
        socket_timeout=WAIT_SECONDS,
        socket_connect_timeout=WAIT_SECONDS,
        retry=Retry(NoBackoff(), 1),  # a second try, because Redis drops connections that were idle
        protocol=2,  # the version that every Redis speaks, without a question first
        driver_info=None,  # nor are its logs told who we are, by two questions more
    )
    return RedisWindows(redis.Redis.from_pool(pool))
