"""Who may ask: each failure of the checks about origins and CORS, provoked."""

import json
import re
from collections.abc import Callable

import pytest

from dev import processes
from doctor.look_alikes import covers, instance, look_alikes, mix_ups
from tests.doctor.conftest import Examine
from tests.doctor.front import Answering, Asked, Reply
from tests.support import ORIGIN

InFront = Callable[[Answering], str]


@pytest.mark.parametrize(
    ("asked", "listed", "differs"),
    [
        ("https://www.shop.example", ORIGIN, "without www."),
        ("https://shop.example:8443", ORIGIN, "without port"),
        ("https://localhost:8000", "http://localhost:8000", "scheme"),
        ("http://localhost:7999", "http://localhost:8000", "port"),
        ("http://127.0.0.1:8000", "http://localhost:8000", "host"),
    ],
)
def test_another_one_is_listed(
    examine: Examine, function: processes.Function, asked: str, listed: str, differs: str
) -> None:
    """An origin that is refused while its look-alike is listed: the doctor says which, and what differs."""
    told = examine(function.url, asked).blames("origin")
    assert f"but {listed} is (they differ in: {differs})" in told
    assert f"ORIGIN={listed}" in told


def test_not_listed_at_all(examine: Examine, function: processes.Function, google: processes.Google) -> None:
    """An origin that is not listed gets told how it must be written; nothing is minted to find out."""
    seen = examine(function.url, "https://blog.example")
    assert "Add it to ALLOWED_ORIGINS (Terraform: allowed_origins), written exactly so" in seen.blames("origin")
    assert seen["mints"].ok is None
    assert google.mints() == []


def test_look_alike_accepted(examine: Examine, function: processes.Function, google: processes.Google) -> None:
    """A look-alike that may ask fails the check, without a token being minted for it."""
    told = examine(function.url, "https://twice.example").blames("look-alikes")
    assert "https://www.twice.example may ask for tokens, too" in told
    assert "ORIGIN=https://twice.example,https://www.twice.example" in told
    assert len(google.mints()) == 1


def test_look_alike_listed_on_purpose(examine: Examine, function: processes.Function) -> None:
    """A look-alike that is named as listed is no finding."""
    seen = examine(function.url, "https://twice.example", "https://www.twice.example")
    assert seen.failed == []
    assert seen["origin"].detail == "https://twice.example and https://www.twice.example may ask"


def test_more_sites_than_an_address_may_ask_for(examine: Examine, google: processes.Google) -> None:
    """A dozen sites are examined within the default limit of ten requests a minute, and a token is left for the first."""
    sites = [f"https://site-{number}.example" for number in range(12)]
    with processes.function(google, sites) as running:
        seen = examine(running.url, *sites)
    assert seen.failed == []
    assert seen["origin"].detail == f"{' and '.join(sites)} may ask"


def test_second_origin_is_not_listed(examine: Examine, function: processes.Function) -> None:
    """Every origin that is named must be listed, not only the first one."""
    told = examine(function.url, ORIGIN, "https://blog.example").blames("origin")
    assert "https://blog.example is not on the function's allowlist" in told


@pytest.mark.parametrize("differs", sorted(look_alikes(ORIGIN)))
def test_careless_comparison(examine: Examine, in_front: InFront, differs: str) -> None:
    """Each kind of careless comparison is found, whichever way it is careless."""
    careless = look_alikes(ORIGIN)[differs]

    def answering(asked: Asked) -> Reply:
        return asked.relay(Origin=ORIGIN) if asked.headers["Origin"] == careless else asked.relay()

    told = examine(in_front(answering)).blames("look-alikes")
    assert careless in told
    assert ("compared carelessly" in told) == (differs in ("scheme", "trailing slash", "upper case"))


def test_look_alikes_of_a_local_page() -> None:
    """A local page has no www. and no longer name, but a scheme, a port and letters."""
    assert set(look_alikes("http://localhost:8000")) == {"scheme", "port", "trailing slash", "upper case"}
    assert look_alikes("https://www.shop.example")["without www."] == ORIGIN
    assert look_alikes("https://shop.example:65535")["port"] == "https://shop.example:65534"


def test_look_alikes_of_other_origins() -> None:
    """Addresses keep their brackets, apps their scheme, and a pattern's page may not have one more label."""
    assert look_alikes("http://[::1]:5173")["port"] == "http://[::1]:5174"
    assert set(look_alikes("http://[::1]:5173")) == {"scheme", "port", "trailing slash", "upper case"}
    assert look_alikes("capacitor://localhost")["scheme"] == "https://localhost"
    assert look_alikes(instance("https://*.shop.example"))["one more dot"] == (
        "https://livetoken-doctor.livetoken-doctor.shop.example"
    )
    assert mix_ups("http://localhost")["host"] == "http://127.0.0.1"


@pytest.mark.parametrize(
    ("listed", "origin", "covered"),
    [
        ("https://*.shop.example", "https://a-1.shop.example", True),
        ("https://*.shop.example", "https://shop.example", False),
        ("https://*.shop.example", "https://a.b.shop.example", False),
        ("https://*.shop.example", "https://a.shop.example:8443", False),
        ("https://*.shop.example", "https://a.shop.example.foreign.example", False),
        ("https://*.shop.example", "https://a.shopXexample", False),
        ("https://pr-*--shop.netlify.app", "https://pr-12--shop.netlify.app", True),
        ("https://pr-*--shop.netlify.app", "https://pr-12--other.netlify.app", False),
        (ORIGIN, ORIGIN, True),
    ],
)
def test_what_a_pattern_covers(listed: str, origin: str, covered: bool) -> None:  # noqa: FBT001
    """A `*` stands for letters, digits and hyphens within its label."""
    assert covers(listed, origin) is covered


def preview(*, labels: str) -> Answering:
    """Return a way of answering that lets in what matches, as a function does with a pattern on its list."""

    def answering(asked: Asked) -> Reply:
        claimed = asked.headers["Origin"] or ""
        if not re.fullmatch(rf"https://{labels}\.shop\.example", claimed):
            return asked.relay(Origin="https://foreign.example")
        return asked.relay(Origin=ORIGIN).with_header("Access-Control-Allow-Origin", claimed)

    return answering


def test_a_pattern_is_played_by_one_of_its_pages(examine: Examine, in_front: InFront) -> None:
    """A pattern on the allowlist is examined as a page of it; what it lets in is no look-alike."""
    seen = examine(in_front(preview(labels="[a-z0-9-]+")), "https://*.shop.example", "https://www.shop.example")
    assert seen.failed == []
    assert "one more dot" in seen["look-alikes"].detail
    assert seen["origin"].detail == "https://livetoken-doctor.shop.example and https://www.shop.example may ask"


def test_a_pattern_that_lets_in_too_much(examine: Examine, in_front: InFront) -> None:
    """A `*` that crosses a dot is found out."""
    told = examine(in_front(preview(labels="[a-z0-9.-]+")), "https://*.shop.example").blames("look-alikes")
    assert "https://livetoken-doctor.livetoken-doctor.shop.example may ask for tokens, too" in told


def test_open_to_everybody(examine: Examine, in_front: InFront, google: processes.Google) -> None:
    """A function that asks nobody who they are fails as foreign and as look-alike, at the price of one token."""
    seen = examine(in_front(lambda asked: asked.relay(Origin=ORIGIN)))
    assert seen.failed == ["look-alikes", "foreign"]
    assert "anybody can have conversations on your bill" in str(seen["foreign"].cause)
    assert "no Origin" in str(seen["foreign"].cause)
    assert len(google.mints()) == 1


def test_mints_without_looking(examine: Examine, in_front: InFront) -> None:
    """A server that mints whatever it is sent is found out, and every token is counted."""

    def answering(asked: Asked) -> Reply:
        if asked.method != "POST":
            return asked.relay(Origin=ORIGIN)
        return Reply(
            200, [("Content-Type", "application/json")], json.dumps({"token": "auth_tokens/" + "0" * 64}).encode()
        )

    seen = examine(in_front(answering))
    assert {"look-alikes", "foreign", "complete"} <= set(seen.failed)
    assert seen.deployment.minted == 1 + len(look_alikes(ORIGIN)) + 3 + 1


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_strangers_are_told_that_they_may_read(examine: Examine, in_front: InFront, method: str) -> None:
    """A refusal with CORS headers leaks that it may be read; something in front has added them."""

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        return (
            reply.with_header("Access-Control-Allow-Origin", "*")
            if asked.method == method and asked.headers["Origin"] != ORIGIN
            else reply
        )

    assert "Something in front of the function adds" in examine(in_front(answering)).blames("foreign")


def test_neither_token_nor_refusal(examine: Examine, in_front: InFront) -> None:
    """A POST that meets neither is not taken for either."""
    url = in_front(
        lambda asked: (
            asked.relay() if asked.method != "POST" else Reply(502, [("Content-Type", "text/html")], b"bad gateway")
        )
    )
    seen = examine(url)
    assert seen.failed == ["origin", "foreign"]
    assert "neither a token nor one of livetoken's refusals" in str(seen["origin"].cause)


def test_look_alike_meets_an_error(examine: Examine, in_front: InFront) -> None:
    """A look-alike that is answered with an error page has not been refused, and that is said."""
    broken = Reply(500, [("Content-Type", "text/html")], b"oops")
    url = in_front(lambda asked: broken if asked.headers["Origin"] == f"{ORIGIN}/" else asked.relay())
    assert "neither a token nor one of livetoken's refusals" in examine(url).blames("look-alikes")


def spoiled(header: str, value: str | None) -> Answering:
    """Return a way of answering preflights with one header spoiled."""
    return lambda asked: (
        asked.relay().with_header(header, value)
        if asked.method == "OPTIONS" and asked.headers["Origin"] == ORIGIN
        else asked.relay()
    )


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Access-Control-Allow-Origin", None, "Access-Control-Allow-Origin is missing"),
        ("Access-Control-Allow-Origin", "*", "Access-Control-Allow-Origin is *, not https://shop.example"),
        (
            "Access-Control-Allow-Origin",
            "https://twice.example",
            "Access-Control-Allow-Origin is https://twice.example",
        ),
        ("Access-Control-Allow-Methods", "GET", "does not list POST"),
        ("Access-Control-Allow-Headers", None, "does not list content-type"),
        ("Vary", "Accept-Encoding", "Vary does not list Origin"),
    ],
)
def test_preflight_spoiled(examine: Examine, in_front: InFront, header: str, value: str | None, expected: str) -> None:
    """Each header that a preflight needs is missed when it is missing or wrong; the rest goes on."""
    seen = examine(in_front(spoiled(header, value)))
    assert expected in seen.blames("preflight")
    assert seen["reuse"].ok


def test_preflight_not_answered(examine: Examine, in_front: InFront) -> None:
    """A preflight that meets an error page is told with its status."""
    url = in_front(
        lambda asked: (
            Reply(405, [("Content-Type", "text/plain")], b"no") if asked.method == "OPTIONS" else asked.relay()
        )
    )
    assert "the answer is 405, text/plain" in examine(url).blames("preflight")
