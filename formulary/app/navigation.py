"""What the rail offers: a place is shown to whoever may open it, so that menu and rights agree."""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask, current_app, g, redirect, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Actor, public
from formulary.web.site import zone

PLACES = (
    ("Today", "overview.today", "sun"),
    ("Cocktails", "cocktails.index", "eyedropper"),
    ("Patients", "patients.index", "people"),
    ("Stock", "stock.index", "box-seam"),
    ("Patch tests", "patch_tests.index", "bandaid"),
    ("Preparations", "preparations.index", "clipboard2-check"),
    ("Reactions", "reactions.index", "heart-pulse"),
    ("Recalls", "recalls.index", "megaphone"),
    ("Catalogue", "catalogue.index", "journal-medical"),
    ("Audit", "audit.trail", "list-check"),
    ("Clinic", "accounts.clinic", "gear"),
)
Entry = tuple[str, str, str, int]


def places(actor: Actor) -> list[tuple[str, str, str]]:
    """The places that this person may open, in the order of the rail."""
    return [place for place in PLACES if may_open(actor, place[1])]


def may_open(actor: Actor, endpoint: str) -> bool:
    """Whether there is such a page and this person may open it."""
    view = current_app.view_functions.get(endpoint)
    permission = getattr(view, "permission", None)
    return view is not None and (permission is None or actor.may(permission))


def init_app(app: Flask) -> None:
    """Give the pages their rail, and `/` to the first place of whoever asks where no room answers it."""
    tallies = _tallies()

    def navigation() -> list[Entry]:
        if g.get("actor") is None:
            return []
        at = clock.now()
        counted = tallies(g.actor, at, at.astimezone(zone()).date())
        return [
            (label, endpoint, icon, counted.get(endpoint, 0)) for label, endpoint, icon in places(g.actor)
        ]

    @app.context_processor
    def offered() -> dict[str, Any]:
        actor: Actor | None = g.get("actor")
        words = ", ".join(role.replace("_", " ") for role in sorted(actor.roles)) if actor else ""
        return {
            "navigation": navigation,
            "role_words": words.capitalize(),
            "demo": app.extensions["formulary"].demo,
        }

    if not any(rule.rule == "/" for rule in app.url_map.iter_rules()):
        app.add_url_rule("/", "start", start)


@public
def start() -> Response:
    """The first place of whoever asks, or the door."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        return redirect(url_for("accounts.sign_in"))
    first = next(iter(places(actor)), ("", "accounts.me", ""))
    return redirect(url_for(first[1]))


def _tallies() -> Callable[..., Mapping[str, int]]:
    if find_spec("formulary.overview.queries"):
        return getattr(import_module("formulary.overview.queries"), "tallies", _none)
    return _none


def _none(*_args: object) -> Mapping[str, int]:
    return {}
