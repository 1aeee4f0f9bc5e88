"""Mint ephemeral tokens.

A page on our allowlist asks for a token; we read the Gemini key from Secret Manager, fill the prompt with what the page
says about itself, and answer with one constrained, single-use ephemeral token.
"""

import os

import functions_framework
from flask import Request, Response

from livetoken import wire
from livetoken.callers import Callers
from livetoken.cors import cross_origin
from livetoken.deadlines import Deadlines
from livetoken.entry import Entry
from livetoken.limits import Limits
from livetoken.logs import Logs
from livetoken.origins import client_address, require_origin
from livetoken.page import Page
from livetoken.prompts import Prompts
from livetoken.refusals import Internal, Refusal
from livetoken.secret import key_source
from livetoken.settings import Settings
from livetoken.tokens import Tokens
from livetoken.warmup import WarmUp, beside

settings = Settings.from_environment(os.environ)  # a mistake stops the deployment, not a visitor
prompts = Prompts.load(settings)
deadlines = Deadlines()
logs = Logs.of(settings)
limits = Limits(settings, deadlines)
callers = Callers(settings.callers, deadlines)
keys = key_source(settings, deadlines, logs.hide)
tokens = Tokens(settings, keys, prompts, deadlines)
meanwhile = beside(keys.get), beside(callers.prepare)  # they wait for others
warm_up = WarmUp(keys.prepare, *meanwhile, tokens.prepare, limits.open, Page.prepare, prompts.prepare)


@functions_framework.http
@cross_origin(settings, callers.header)
def mint_token(request: Request) -> Response:
    """Answer a page on the allowlist with one constrained, single-use ephemeral token, others with a refusal."""
    deadlines.begin()
    entry = Entry(request, logs)
    try:
        response = answer(request, entry)
    except Refusal as refusal:
        response = entry.refused(refusal)
    except Exception as error:  # noqa: BLE001 - what escapes would reach the page without CORS headers, as HTML
        response = entry.refused(Internal.because(error))
    response.call_on_close(warm_up.start)  # by then the answer has left, which imports would have held up
    return entry.finish(response)


def answer(request: Request, entry: Entry) -> Response:
    """Return the answer to `request`; each line may refuse, the cheapest first."""
    asked_for = wire.route(request)
    if asked_for != wire.TOKEN:
        return wire.without_token(asked_for, settings)
    origin = require_origin(request.headers.get("Origin"), settings.allowed_origins)
    settings.require_running()
    warm_up.start()
    address = client_address(request.headers.get("X-Forwarded-For"), request.remote_addr, settings.trusted_hops)
    entry.note_hashed(address=address)
    with limits.reservation(address=address, origin=origin) as places:
        caller = callers.verify(request.headers)
        entry.note_hashed(caller=caller)
        places.take(caller=caller)
        page = Page.from_fields(wire.read_json(request), origin)
        order = prompts.find(page, origin).order(page)
        entry.note(prompt=order.prompt.name, model=order.model)
        token = tokens.mint(order, entry.fields)
    entry.note_token(token)
    return wire.token(token, settings)
