"""The function under examination: where it is, whom it should serve, and what the checks have learned so far."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from doctor.cloud_run import Service, service_of
from doctor.live import Live, Outcome
from doctor.look_alikes import covers, instance
from doctor.web import FORBIDDEN, UNAUTHORIZED, Answer, Web

# No page sends this field, and the function refuses a field that it does not know, but only after it has looked at
# the origin: so it shows whether an origin is accepted without a token being minted.
NO_TOKEN = {"doctor": True}
ORIGIN_REFUSED = "origin_not_allowed"
_SHORTEST_SECRET = 8  # characters; shorter values are words


@dataclasses.dataclass
class Deployment:
    """What is examined. `url` is where pages ask for tokens; `listed` is on its allowlist, the first entry is tried.

    `prompt` names the prompt file to ask for (None: the default one), `opened` the setup fields that it leaves to the
    page on purpose, `headers` what proves a caller where the function wants one, `websockets` the hosts beside Google's
    where sessions may be opened, `speak` whether the model may be made to speak, and `slow_seconds` how long a visitor
    may wait. `probed` holds what each origin got that was asked with.
    """

    url: str
    listed: tuple[str, ...]
    web: Web
    live: Live
    prompt: str | None = None
    opened: tuple[str, ...] = ()
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    websockets: tuple[str, ...] = ()
    project: str | None = None
    speak: bool = False
    slow_seconds: float = 10.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    minted: int = 0
    minted_with_key: int = 0
    first: Answer | None = None
    token: Answer | None = None
    received_at: datetime | None = None
    hostile: Outcome | None = None
    probed: dict[str, Answer] = dataclasses.field(default_factory=dict)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that are tried: what is listed, and one page of each pattern."""
        return tuple(map(instance, self.listed))

    def names(self, origin: str) -> bool:
        """Whether the owner has named the origin as listed, by itself or by a pattern."""
        return any(covers(listed, origin) for listed in self.listed)

    @property
    def origin(self) -> str:
        """The origin of the page that is played."""
        return self.origins[0]

    @property
    def home(self) -> str:
        """Where the health check is answered."""
        return re.sub(r"/api/token/?\Z", "/", self.url)

    @property
    def service(self) -> Service:
        """Where it runs, for commands."""
        return service_of(self.url, self.project)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What proves the caller, as it is sent, and without its scheme: a server may repeat it."""
        texts = (text for value in self.headers.values() for text in (value, value.rpartition(" ")[2]))
        return tuple(text for text in texts if len(text) >= _SHORTEST_SECRET)

    def get(self) -> Answer:
        """Ask how it is, as a page does when it loads."""
        return self.web.send("GET", self.home, {"Origin": self.origin})

    def ask(self, origin: str | None, fields: object = NO_TOKEN) -> Answer:
        """Ask for a token as a page of `origin`; None sends no Origin header."""
        sent = {"Content-Type": "application/json", **self.headers, **({"Origin": origin} if origin else {})}
        answer = self.web.send("POST", self.url, sent, fields)
        if answer.token:
            self.minted += 1
        return answer

    def preflight(self, origin: str) -> Answer:
        """Ask what a browser asks before a page of `origin` may send JSON."""
        names = ",".join(sorted({"content-type", *(name.lower() for name in self.headers)}))
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": names}
        return self.web.send("OPTIONS", self.url, {"Origin": origin, **asked})

    def mint(self) -> Answer:
        """Ask for a token as an honest page of the site, which says nothing about itself."""
        fields: dict[str, Any] = {} if self.prompt is None else {"prompt": self.prompt}
        return self.ask(self.origin, fields)


def accepts(answer: Answer) -> bool | None:
    """Whether livetoken got past the origin in this answer; None where it is not livetoken's answer."""
    if answer.code == ORIGIN_REFUSED:
        return False
    return True if answer.code or answer.token else None


def turned_away(answer: Answer) -> bool:
    """Whether there is no token because somebody in front of livetoken lets nobody through."""
    return accepts(answer) is None and answer.status in (UNAUTHORIZED, FORBIDDEN)
