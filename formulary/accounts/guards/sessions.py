"""Who asks: Flask-Login over our own session table, and a form token that belongs to one session."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Request

from formulary import clock
from formulary.accounts import actions, queries
from formulary.accounts.actions import Opened
from formulary.accounts.queries import LiveSession
from formulary.db import Busy, retried, transaction

COOKIE = "__Host-formulary"
CSRF_COOKIE = "__Host-csrf"
COOKIE_RULES: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "Lax"}
SEEN_EVERY = timedelta(minutes=1)
WITHOUT_SESSION = ("static", "healthz", "readyz")


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps of a request: the session that holds."""

    def __init__(self, live: LiveSession) -> None:
        """Take the session of the request's token."""
        self.live = live
        self.id = live.actor.user_id


def init_app(app: Flask) -> None:
    """Read the session before everything else; Flask's own cookie keeps only the secret of the forms."""
    app.config.update(
        SESSION_COOKIE_NAME=CSRF_COOKIE,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(_signed_in)
    app.before_request(_identify)


def _signed_in(asked: Request) -> SignedIn | None:
    token = asked.cookies.get(COOKIE)
    if not token:
        return None
    idle = current_app.extensions["formulary"].idle
    live = queries.live_session(actions.token_hash(token), clock.now(), idle)
    return SignedIn(live) if live else None


def _identify() -> None:
    g.actor = g.site = None
    if request.endpoint in WITHOUT_SESSION or not current_user.is_authenticated:
        return
    live: LiveSession = current_user.live
    _note_use(live)
    g.actor, g.live = live.actor, live
    g.site = queries.site_as_read(live.actor.site_id)
    if session.get("csrf_token") != live.csrf_id:
        session["csrf_token"] = live.csrf_id


def _note_use(live: LiveSession) -> None:
    if clock.now() - live.last_seen_at < SEEN_EVERY:
        return
    try:
        _see(live.id)
    except (Busy, OperationalError):
        current_app.logger.warning("the last use of a session could not be written")


@retried
def _see(number: int) -> None:
    with transaction():
        actions.see(number, at=clock.now())


def session_id() -> int:
    """The number of the session that this request came in."""
    live: LiveSession = g.live
    return live.id


def keep_session(answer: Response, opened: Opened) -> Response:
    """Give the browser the token of a new session, and its forms a new secret."""
    session.clear()
    session["csrf_token"] = opened.csrf_id
    answer.set_cookie(COOKIE, opened.token, **COOKIE_RULES)
    return answer


def leave_session(answer: Response) -> Response:
    """Take the token from the browser, with everything it kept of our pages."""
    session.clear()
    answer.delete_cookie(COOKIE, **COOKIE_RULES)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
