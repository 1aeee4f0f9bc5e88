"""Nothing secret in what Python itself would show of a failure: tracebacks, exceptions and `repr`."""

import traceback
from collections.abc import Mapping
from typing import Any

import pytest

from dev import processes
from livetoken.errors import Refusal
from livetoken.gemini.tokens import Tokens
from livetoken.prompts.files import Prompts
from livetoken.prompts.page import Page
from livetoken.runtime.deadlines import Deadlines
from livetoken.secret.key import GivenKey
from livetoken.settings.environment import Settings
from tests.faults.conftest import KEY
from tests.faults.raw import WORDS
from tests.support import ORIGIN

FIELDS = {"pageTitle": WORDS, "pageUrl": f"{ORIGIN}/{WORDS}", "pageContent": WORDS, "resumptionHandle": WORDS}


def settings(google: processes.Google) -> Settings:
    """Return settings that hold the key themselves."""
    return Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": google.url})


FAULTS: list[Mapping[str, Any]] = [
    {"kind": "error", "name": "bad-key"},
    {"kind": "error", "name": "internal"},
    {"kind": "error", "name": "quota"},
    {"kind": "error", "name": "not-found"},
    {"kind": "html"},
    {"kind": "body", "text": "{"},
    {"kind": "body", "text": "[]"},
    {"kind": "body", "text": "{}"},
    {"kind": "body", "text": ""},
    {"kind": "redirect"},
    {"kind": "reset"},
    {"kind": "truncate"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
def test_tracebacks(google: processes.Google, fault: Mapping[str, Any]) -> None:
    """A failed mint's exception, its causes and all that a traceback shows of them hold neither key nor page text."""
    chosen = settings(google)
    prompts = Prompts.load(chosen)
    page = Page.from_fields(FIELDS, ORIGIN)
    tokens = Tokens(chosen, GivenKey(KEY), prompts, Deadlines())
    google.fault("gemini", times=1, **fault)
    with pytest.raises(Refusal) as caught:
        tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    google.clear()
    shown = "".join(traceback.format_exception(caught.value))
    assert "Traceback" in shown
    for secret in (KEY, WORDS):
        assert secret not in shown + repr(caught.value) + str(caught.value) + caught.value.sentence + caught.value.cause


def test_repr(google: processes.Google) -> None:
    """`repr` of settings, keys, pages, orders and tokens shows neither key, token nor page text."""
    chosen = settings(google)
    prompts = Prompts.load(chosen)
    page = Page.from_fields(FIELDS, ORIGIN)
    order = prompts.find(page, ORIGIN).token_spec(page)
    source = GivenKey(KEY)
    token = Tokens(chosen, source, prompts, Deadlines()).mint(order)
    shown = repr([chosen, source, source.get(), page, order, token])
    for secret in (KEY, WORDS, token.name):
        assert secret not in shown
