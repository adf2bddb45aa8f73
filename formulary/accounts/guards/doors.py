"""Deny by default: an endpoint that names no permission stops the app from starting."""

from flask import Flask


class Undeclared(RuntimeError):
    """An endpoint without @requires and without @public."""


def every_door_declares(app: Flask) -> None:
    """Raise Undeclared unless every endpoint but the static files says who may enter."""
    views = app.view_functions.items()
    undeclared = sorted(name for name, view in views if name != "static" and not hasattr(view, "permission"))
    if undeclared:
        raise Undeclared(f"No permission is declared for {', '.join(undeclared)}")
