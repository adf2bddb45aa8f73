"""What every room builds its pages from: forms, fields, scans, filters, errors, headers, pictures, print."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect

from formulary.web import errors, filters, headers

csrf = CSRFProtect()


def init_app(app: Flask, *, hsts: bool = False, who_changed: Callable[[Any], str] | None = None) -> None:
    """Give the app its token check, headers, error pages and template helpers."""
    for name, value in DEFAULTS.items():
        if app.config.get(name) is None:
            app.config[name] = value
    csrf.init_app(app)
    headers.init_app(app, hsts=hsts)
    errors.init_app(app, who_changed)
    filters.init_app(app)


DEFAULTS = {
    "WTF_CSRF_TIME_LIMIT": 12 * 3600,
    "MAX_CONTENT_LENGTH": 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 500_000,
    "MAX_FORM_PARTS": 1_000,
}
