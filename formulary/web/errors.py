"""What a person sees when an act cannot be done: a page or the same as a fragment, never a stack trace."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    TooManyRequests,
)

from formulary.db import Busy, Missing, Stale
from formulary.rules.findings import Finding, Refused
from formulary.web import words

RETRY_AFTER = 2
SECRETS = ("csrf_token", "key", "row_version", "password", "secret", "code", "pin")
LONGEST_SHOWN = 400
TOO_LARGE = 413
MOST_SHOWN = 40


@dataclass(frozen=True)
class Problem:
    """What happened, why, and what to do, in that order."""

    status: int
    title: str
    why: str
    remedy: str = ""
    findings: tuple[Finding, ...] = ()
    reference: str = ""
    typed: tuple[tuple[str, str], ...] = ()
    again: str = ""
    headers: dict[str, str] = field(default_factory=dict)


_TEXTS = {
    400: (
        "This request cannot be read",
        "Part of it is missing or not as the page sends it.",
        "Open the page again.",
    ),
    403: (
        "You may not do this",
        "Your role here does not include it.",
        "Ask an administrator, or change your role or site.",
    ),
    404: (
        "There is nothing here",
        "It does not exist, or it is not yours to see.",
        "Check the code, or scan it.",
    ),
    405: (
        "This address does not take that",
        "The page is asked in another way.",
        "Go back and use the button there.",
    ),
    413: ("This is too large", "It is more than this page takes.", "Send less at once. Nothing was saved."),
    415: ("This kind of content is not taken", "The page sends forms only.", "Open the page again."),
    429: ("Too many tries", "Many tries came in a short time.", "Wait a minute, then try again."),
    500: (
        "Something here is out of order",
        "It is our fault, not yours.",
        "Nothing was written. Give the reference to support.",
    ),
    503: (
        "Others are writing just now",
        "The database was taken for too long.",
        "Nothing was written. Try again in a moment.",
    ),
}
_OUTSIDE_THE_HOUSE = (500, 503)


def problem(status: int, **named: Any) -> Problem:
    """A problem with the usual words of its status, or with others."""
    title, why, remedy = _TEXTS.get(status, _TEXTS[400])
    return Problem(**{"status": status, "title": title, "why": why, "remedy": remedy, **named})


def answer(told: Problem) -> Response:
    """The problem as a page or, for htmx, a fragment; without the shell where the house may be the fault."""
    template = "errors/page.html"
    if request.headers.get("HX-Request"):
        template = "errors/fragment.html"
    elif told.status in _OUTSIDE_THE_HOUSE:
        template = "errors/bare.html"
    answered = make_response(render_template(template, problem=told), told.status)
    answered.headers.update(told.headers)
    return answered


def render_findings(findings: Iterable[Finding], status: int = 422) -> Response:
    """A refusal that belongs to no form on the page."""
    return answer(
        Problem(
            status,
            "This was not done",
            "Nothing was saved.",
            "Do what the finding says, then try again.",
            tuple(findings),
        )
    )


def _of_http(fault: HTTPException) -> Response:
    status = fault.code or 500
    told: dict[str, Any] = {"headers": {}}
    if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
        told["headers"]["Allow"] = ", ".join(sorted(fault.valid_methods))
    if isinstance(fault, TooManyRequests) and fault.retry_after:
        told["headers"]["Retry-After"] = str(fault.retry_after)
    if status == TOO_LARGE and (most := request.max_content_length):
        told["why"] = f"This page takes at most {words.size(most)}."
    return answer(problem(status, **told))


def _of_token(_fault: CSRFError) -> Response:
    why = "The page was open for too long, or you signed in again in another window since."
    return answer(
        problem(
            400,
            title="This page is out of date",
            why=why,
            remedy="Nothing was saved. Open it again.",
            again=_again(),
        )
    )


def _of_fault(fault: InternalServerError) -> Response:
    reference = secrets.token_hex(4).upper()
    original = fault.original_exception or fault
    current_app.logger.error("incident %s: %s", reference, type(original).__name__)
    return answer(problem(500, reference=reference))


def _of_busy(_fault: Busy) -> Response:
    return answer(problem(503, headers={"Retry-After": str(RETRY_AFTER)}, again=_again()))


def _of_missing(_fault: Missing) -> Response:
    return answer(problem(404))


def _of_refused(refusal: Refused) -> Response:
    return render_findings(refusal.findings)


def _of_stale(fault: Stale) -> Response:
    who_changed: Callable[[Any], str] | None = current_app.extensions["formulary-web"]
    why = (
        who_changed(fault.row)
        if who_changed and fault.row is not None
        else "Someone changed it while it was open here."
    )
    return answer(
        Problem(
            409,
            "This was changed meanwhile",
            why,
            "Yours was not saved. Load it as it is now, then make your change again.",
            typed=typed_text(),
            again=_again(),
        )
    )


def typed_text() -> tuple[tuple[str, str], ...]:
    """What was sent, so that it can be copied from the page; never a secret."""
    shown = [(name, text) for name, text in request.form.items(multi=True) if text and not _is_secret(name)]
    return tuple(
        (name.replace("_", " ").replace("-", " "), text[:LONGEST_SHOWN]) for name, text in shown[:MOST_SHOWN]
    )


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRETS)


def _again() -> str:
    rule = request.url_rule
    return request.path if rule and rule.methods and "GET" in rule.methods else ""


def init_app(app: Flask, who_changed: Callable[[Any], str] | None = None) -> None:
    """Answer every fault; `who_changed` says in a sentence who changed a row last, and what."""
    app.extensions["formulary-web"] = who_changed
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(CSRFError, _of_token)
    app.register_error_handler(InternalServerError, _of_fault)
    app.register_error_handler(Busy, _of_busy)
    app.register_error_handler(Missing, _of_missing)
    app.register_error_handler(Refused, _of_refused)
    app.register_error_handler(Stale, _of_stale)
