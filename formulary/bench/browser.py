"""A browser without a screen for the bench: signs in once, then asks for pages."""

import contextvars
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, render_template
from werkzeug.test import Client

from formulary.accounts import Permission, requires
from formulary.bench.clinic import PASSWORD

HIDDEN = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"')
SIGN_IN = "/accounts/sign-in"
ANSWERED, MOVED = 200, 303


class NoPage(RuntimeError):
    """A page that the bench wanted did not come."""


@dataclass(frozen=True)
class Browser:
    """Somebody who is signed in."""

    client: Client

    def page(self, url: str) -> bytes:
        """The page at an address, which must answer."""
        answer = _open(self.client, "GET", url)
        if answer.status_code != ANSWERED:
            raise NoPage(f"{url} answered {answer.status_code}")
        data: bytes = answer.get_data()
        return data

    def pieces(self, url: str) -> Iterator[bytes]:
        """A file at an address, piece by piece as a server would send it."""
        context = contextvars.Context()
        answer = context.run(self.client.open, url, method="GET")
        if answer.status_code != ANSWERED:
            raise NoPage(f"{url} answered {answer.status_code}")
        pieces = answer.iter_encoded()
        while piece := context.run(next, pieces, b""):
            yield piece
        context.run(answer.close)

    def send(self, url: str, values: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        """What comes back for a form, which must be answered."""
        answer = _open(self.client, "POST", url, data=values, headers=headers)
        if answer.status_code != ANSWERED:
            raise NoPage(f"{url} answered {answer.status_code}")
        data: bytes = answer.get_data()
        return data


def sign_in(app: Flask, username: str) -> Browser:
    """Through the page, as everybody does."""
    client = app.test_client()
    form = _open(client, "GET", SIGN_IN).get_data(as_text=True)
    values = dict(HIDDEN.findall(form)) | {"username": username, "password": PASSWORD}
    answer = _open(client, "POST", SIGN_IN, data=values)
    if answer.status_code != MOVED:
        raise NoPage(f"{username} cannot sign in: {answer.status_code}")
    return Browser(client)


def add_floor_page(app: Flask, rows: Any) -> str:
    """A page of these rows that asks the database nothing; its address."""
    room = Blueprint("bench", __name__, url_prefix="/bench", template_folder="templates")

    @room.get("/rows")
    @requires(Permission.USE_THE_APP)
    def shown() -> str:
        return render_template("bench/rows.html", rows=rows)

    app.register_blueprint(room)
    return "/bench/rows"


def _open(client: Client, method: str, url: str, **more: Any) -> Any:
    """One request in a context of its own, as a server has it."""
    return contextvars.Context().run(client.open, url, method=method, **more)
