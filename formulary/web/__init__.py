"""What every room builds its pages from: forms, fields, scans, filters, errors, headers, pictures, print."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_wtf import CSRFProtect

from formulary.web import errors, filters, headers

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask, *, hsts: bool = False, who_changed: Callable[[Any], str] | None = None) -> None:
    """Give the app its token check, headers, error pages and template helpers."""
    for name, value in DEFAULTS.items():
        if app.config.get(name) is None:
            app.config[name] = value
    app.before_request(_make_room)  # before the token is looked for in the form
    csrf.init_app(app)
    headers.init_app(app, hsts=hsts)
    errors.init_app(app, who_changed)
    filters.init_app(app)


def takes_up_to(most: int) -> Callable[[View], View]:
    """Let a view take a request of so many bytes, where it asks for a file that is longer than most."""

    def marked(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return marked


def _make_room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "most_bytes", None)
    if most is not None:
        request.max_content_length = most


DEFAULTS = {
    "WTF_CSRF_TIME_LIMIT": 12 * 3600,
    "MAX_CONTENT_LENGTH": 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 500_000,
    "MAX_FORM_PARTS": 1_000,
}
