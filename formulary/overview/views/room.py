"""The blueprint of this room, and whether a page is open to whoever asks."""

from typing import Any

from flask import Blueprint, current_app, g
from werkzeug.wrappers import Response

bp = Blueprint("overview", __name__)
Page = str | Response | tuple[str, int]


def may_open(endpoint: str) -> bool:
    """Whether there is such a page and the person may open it."""
    view: Any = current_app.view_functions.get(endpoint)
    permission = getattr(view, "permission", None)
    return view is not None and (permission is None or g.actor.may(permission))
