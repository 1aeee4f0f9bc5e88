"""Mint ephemeral tokens.

A page on our allowlist asks for a token; we read the Gemini key from Secret Manager, fill the prompt with what the page
says about itself, and answer with one constrained, single-use ephemeral token.
"""

import os

import functions_framework
from flask import Request, Response

from livetoken.access.address import client_address
from livetoken.access.limits import Limits
from livetoken.access.origin import require_origin
from livetoken.access.verifier import Verifier
from livetoken.errors import Internal, Refusal
from livetoken.gemini.tokens import Tokens
from livetoken.http import answers, body, routes, server
from livetoken.http.cors import cross_origin
from livetoken.http.request_log import RequestLog
from livetoken.prompts.files import Prompts
from livetoken.prompts.page import Page
from livetoken.runtime.capacity import Capacity
from livetoken.runtime.deadlines import Deadlines
from livetoken.runtime.logs import Logs
from livetoken.runtime.warm_up import WarmUp, in_background
from livetoken.secret.key import key_source
from livetoken.settings.environment import Settings
from livetoken.usage.report import BYTES, Report

settings = Settings.from_environment(os.environ)  # a mistake stops the deployment, not a visitor
prompts = Prompts.load(settings)
deadlines = Deadlines()
logs = Logs.of(settings)
limits = Limits(settings, deadlines)
verifier = Verifier(settings.callers, deadlines)
keys = key_source(settings, deadlines, logs.hide)
tokens = Tokens(settings, keys, prompts, deadlines)
threads = server.threads(os.environ)
capacity = Capacity(threads, tokens.started)
warm_up = WarmUp(
    keys.prepare,
    in_background(keys.prefetch),  # what waits for others holds up no step
    in_background(verifier.prepare),
    tokens.prepare,
    in_background(tokens.connect),
    limits.open,
    in_background(limits.prepare),
    Page.prepare,
    prompts.prepare,
    threads=threads,
)


@functions_framework.http
@cross_origin(settings, verifier.header)
def mint_token(request: Request) -> Response:
    """Answer a page on the allowlist with one constrained, single-use ephemeral token, others with a refusal."""
    deadlines.begin()
    request_log = RequestLog(request, logs)
    try:
        response = answer(request, request_log)
    except Refusal as refusal:
        response = request_log.refused(refusal)
    except Exception as error:  # noqa: BLE001 - what escapes would reach the page without CORS headers, as HTML
        response = request_log.refused(Internal.because(error))
    response.call_on_close(warm_up.start)  # by then the answer has left, which imports would have held up
    return request_log.finish(response)


def answer(request: Request, request_log: RequestLog) -> Response:
    """Return the answer to `request`; each line may refuse, the cheapest first."""
    asked_for = routes.route(request, usage_reports=settings.usage_reports)
    if asked_for == routes.PREFLIGHT:
        return answers.preflight()
    if asked_for == routes.WARM:
        return answers.health(settings, prompts.public(request.args.get("prompt")), warm=warm_up.wait())
    if asked_for == routes.HEALTH:
        return answers.health(settings, prompts.public(request.args.get("prompt")))
    if asked_for == routes.USAGE:
        return noted(request, request_log)
    origin = require_origin(request.headers.get("Origin"), settings.allowed_origins)
    settings.require_running()
    warm_up.start()
    address = client_address(request.headers.get("X-Forwarded-For"), request.remote_addr, settings.trusted_hops)
    request_log.note_hashed(address=address)
    with capacity.slot(), limits.reservation(address=address) as reservation:
        caller = verifier.verify(request.headers)
        request_log.note_hashed(caller=caller)
        page = Page.from_fields(body.read_json(request), origin)
        spec = prompts.find(page, origin).token_spec(page)
        request_log.note(prompt=spec.prompt.name, promptVersion=spec.prompt.version, model=spec.model)
        reservation.take(origin=origin.site, caller=caller)  # only now, because a body may be long in coming
        token = tokens.mint(spec)
    request_log.note_token(token)
    return answers.token(token, settings, request_log.request_id)


def noted(request: Request, request_log: RequestLog) -> Response:
    """Write what a page says that its token was used for into the log; nobody else is asked, and nothing is minted."""
    origin = require_origin(request.headers.get("Origin"), settings.allowed_origins)
    address = client_address(request.headers.get("X-Forwarded-For"), request.remote_addr, settings.trusted_hops)
    with capacity.slot(), limits.reservation(reporter=address):
        verifier.verify(request.headers)
        report = Report.from_fields(body.read_json(request, BYTES))
        prompt = prompts.named(report.prompt, origin)
        report.require_possible(prompt.front, settings.token_seconds)
        request_log.note_usage(report)
    return answers.reported()
