"""A browser without a screen: keeps cookies, fills in forms as they stand, checks every page it opens."""

from __future__ import annotations

import contextvars
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from formulary import clock
from formulary.accounts import actions, queries
from formulary.accounts.actions import Opened
from formulary.accounts.actions.signing import Proven
from formulary.accounts.guards import sessions as guards
from formulary.db import db, transaction
from tests.support.builders.accounts import PASSWORD
from tests.support.page_checks import header_problems, problems
from tests.support.pages import Page, Values

MOVED = (301, 302, 303)
OWN = "own_secret"
"""The field in which one signs with one's own password: whoever sits here knows it."""
HTMX = {"HX-Request": "true"}


class Client:
    """One browser. `user` is who is signed in; sign in with `login("practitioner")`."""

    def __init__(self, app: Flask) -> None:
        """Open a browser without cookies."""
        self.app = app
        self.browser = app.test_client()
        self.user = ""
        self.page: Page | None = None

    def open(self, method: str, url: str, **more: Any) -> TestResponse:
        """One request in a context of its own, read to its end; the test's own rows are read afresh
        afterwards.
        """
        db.session.rollback()
        answer = contextvars.Context().run(self.browser.open, url, method=method, buffered=True, **more)
        is_page = answer.mimetype == "text/html"
        wrong = header_problems(answer.headers, is_page)
        assert not wrong, f"{method} {url} ({answer.status_code}): {wrong}"
        return answer

    def get(self, url: str, **more: Any) -> TestResponse:
        """GET without following; nothing but the headers is checked."""
        return self.open("GET", url, **more)

    def post(self, url: str, data: Values | None = None, **more: Any) -> TestResponse:
        """POST exactly this, without token or key: what a stranger or a script would send."""
        return self.open("POST", url, data=data or {}, **more)

    def get_page(self, url: str, status: int = 200, **more: Any) -> Page:
        """GET, with the status expected, as a page that has been checked."""
        return self.read(self.get(url, **more), url, status)

    def get_ok(self, url: str, follow: bool = False) -> Page:
        """GET that answers 200, after redirects where `follow`."""
        answer = self.get(url)
        while follow and answer.status_code in MOVED:
            url = local(answer.location)
            answer = self.get(url)
        return self.read(answer, url, 200)

    def get_fragment(self, url: str, status: int = 200) -> Page:
        """What htmx gets from `url`."""
        return self.read(self.get(url, headers=HTMX), url, status, fragment=True)

    def submit(
        self,
        page: Page,
        values: Values | None = None,
        *,
        to: str | None = None,
        press: str | None = None,
        **more: Any,
    ) -> TestResponse:
        """Fill in a form of an opened page (the only one, or the one that posts to `to`) and send it."""
        form = page.form(to, press)
        known = {OWN: PASSWORD} if OWN in form.names else {}
        data = form.filled(known | (values or {}), press)
        unknown = set(values or {}) - form.names
        assert not unknown, f"The form to {form.action} has no {sorted(unknown)}; it has {sorted(form.names)}"
        return self.open(form.method.upper(), form.action, data=data, **more)

    def post_ok(
        self, url: str, values: Values | None = None, *, at: str | None = None, press: str | None = None
    ) -> Page:
        """Open the page with the form (`at`, or `url` itself), fill it in, send it, land where it leads."""
        answer = self._send(url, values, at, press)
        assert answer.status_code in MOVED, self._said(answer, url)
        return self.get_ok(local(answer.location), follow=True)

    def post_refused(
        self,
        url: str,
        values: Values | None = None,
        *,
        at: str | None = None,
        press: str | None = None,
        status: int = 422,
    ) -> Page:
        """The same for an act that is refused: the page again, checked, with its summary in `page.errors`."""
        return self.read(self._send(url, values, at, press), url, status)

    def login(self, username: str) -> Client:
        """Open a session as the door does, whose page has tests of its own; returns this client."""
        db.session.rollback()
        opened = contextvars.Context().run(self._opened, username)
        self.browser.set_cookie(guards.COOKIE, opened.token, secure=True)
        with self.browser.session_transaction() as kept:
            kept.clear()
            kept["csrf_token"] = opened.csrf_id
        self.user = username
        return self

    def _opened(self, username: str) -> Opened:
        """A session of this account, at the site it used last; no password is hashed for it."""
        with self.app.app_context(), transaction():
            user = queries.user_named(username)
            assert user is not None, f"Nobody is called {username}"
            proven = Proven(user.id, user.username, user.person.name, user.password_hash)
            return actions.sign_in(proven, PASSWORD, address="127.0.0.1", agent="test", at=clock.now())

    def logout(self) -> Client:
        """Sign out with the button of the last page."""
        page = self.get_ok("/accounts/me")
        answer = self.submit(page, to="/sign-out")
        assert answer.status_code in MOVED, self._said(answer, "/sign-out")
        self.user = ""
        return self

    def read(self, answer: TestResponse, url: str, status: int, fragment: bool = False) -> Page:
        """The answer as a page that has been checked."""
        assert answer.status_code == status, self._said(answer, url)
        page = Page(url, answer.get_data(as_text=True), answer.status_code, fragment)
        wrong = problems(page)
        assert not wrong, f"{url} as {self.user or 'nobody'}: " + "\n  ".join(["", *wrong])
        self.page = page
        return page

    def _send(self, url: str, values: Values | None, at: str | None, press: str | None) -> TestResponse:
        return self.submit(self.get_ok(at or url), values, to=urlsplit(url).path, press=press)

    def _said(self, answer: TestResponse, url: str) -> str:
        said = answer.get_data(as_text=True)[:200000]
        if answer.mimetype == "text/html" and said:
            page = Page(url, said, fragment="</html>" not in said)
            said = f"{page.errors or page.h1} {page.text[:1500]}" if not _unreadable(page) else said[:1500]
        where = answer.headers.get("Location", "")
        return f"{url} as {self.user or 'nobody'} answered {answer.status_code} {where}: {said}"


def local(location: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _unreadable(page: Page) -> bool:
    return any(fault.startswith("markup") for fault in problems(page)[:1])
