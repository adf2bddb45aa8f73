"""What the rooms' own exceptions look like to the person, beside those that `web` answers."""

from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from sqlalchemy import inspect
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response as AnyResponse

from formulary.accounts import Forbidden, ReadOnly, SignInNeeded
from formulary.audit import queries as audit
from formulary.web import errors, words
from formulary.web import site as here

READS_ONLY = "Your role here reads the records and does not change them."


def init_app(app: Flask) -> None:
    """Answer a missing sign-in, missing rights, and a database that does not answer."""
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.register_error_handler(SecurityError, _other_host)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(ReadOnly, _read_only)
    for fault in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(fault, _no_database)


def _other_host(_fault: SecurityError) -> Response:
    """A name that is not ours: no page can be built, since no address of ours fits it."""
    return Response("This is not an address of this clinic.\n", 400, mimetype="text/plain")


def who_changed(row: Any) -> str:
    """Who changed a row last and when, in a sentence, from the audit trail."""
    identity = inspect(row).identity
    last = audit.last_change(row.__tablename__, identity[0]) if identity else None
    if last is None:
        return "Someone changed it while it was open here."
    return f"{last.person_name} changed it at {words.clock_time(last.at, here.zone())}."


def _to_sign_in(_fault: SignInNeeded) -> AnyResponse:
    door = url_for("accounts.sign_in", next=_wanted_page())
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": door})
    return redirect(door, 303)


def _wanted_page() -> str | None:
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    return None


def _forbidden(fault: Forbidden) -> Response:
    why = f"It needs the right to {fault.permission.value}, which your role here does not have."
    return errors.answer(errors.problem(403, why=why))


def _read_only(_fault: ReadOnly) -> Response:
    return errors.answer(errors.problem(403, why=READS_ONLY))


def _no_database(fault: Exception) -> Response:
    g.actor = g.site = None
    current_app.logger.error("the database did not answer: %s", type(fault).__name__)
    return errors.answer(
        errors.problem(
            503,
            title="The records cannot be reached",
            why="The database did not answer.",
            headers={"Retry-After": str(errors.RETRY_AFTER)},
        )
    )
