"""The application factory: settings, database, who asks, rooms, headers, error pages, in this order."""

import secrets
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Blueprint, Flask, Response, g
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from formulary import config, web
from formulary.accounts import guards
from formulary.app import faults, health, logs, navigation
from formulary.db import db
from formulary.db.alive import ask_after_a_rest

ROOMS = (
    "accounts", "audit", "catalogue", "stock", "patients", "patch_tests",
    "cocktails", "preparations", "administrations", "recalls", "exchange", "overview",
)  # fmt: skip
WITH_TABLES = ROOMS[: ROOMS.index("exchange")]
LOOPBACK = ("127.0.0.1", "localhost")
STATEMENTS_KEPT = 2_000
"""How many statements stay compiled: more than the app has, so that none is put together twice."""


class IdConverter(IntegerConverter):
    """The number of a row in a path: what both databases hold, in ASCII digits; anything else is no page."""

    regex = "[0-9]{1,10}"

    def __init__(self, url_map: Any) -> None:
        """Take 1 to 2**31 - 1."""
        super().__init__(url_map, min=1, max=2**31 - 1)


def create_app(settings: config.Settings | None = None) -> Flask:
    """An application for these settings, or for the environment's; BadSetting where it must not start."""
    settings = (settings or config.load()).checked()
    app = Flask("formulary", template_folder=str(config.templates_folder()))
    app.extensions["formulary"] = settings
    app.config.from_mapping(_flask_settings(settings))
    app.url_map.converters["id"] = IdConverter
    _open_database(app)
    logs.init_app(app)
    app.before_request(_name_request)
    app.after_request(_tell_request)
    guards.init_app(app)
    web.init_app(app, hsts=settings.behind_tls, who_changed=faults.who_changed)
    faults.init_app(app)
    health.init_app(app)
    _open_rooms(app)
    navigation.init_app(app)
    guards.every_door_declares(app)
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def _flask_settings(settings: config.Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "TRUSTED_HOSTS": settings.hosts or [*LOOPBACK, settings.host],
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,
            "query_cache_size": STATEMENTS_KEPT,
            **_pool(settings),
        },
    }


def _pool(settings: config.Settings) -> dict[str, Any]:
    if settings.sqlite_file is None and settings.sqlalchemy_url.startswith("sqlite"):
        return {}
    return {"pool_use_lifo": True, "pool_size": settings.threads, "max_overflow": 4, "pool_timeout": 10}


def _open_database(app: Flask) -> None:
    for room in WITH_TABLES:
        import_module(f"formulary.{room}.models")
    db.init_app(app)
    with app.app_context():
        ask_after_a_rest(db.engine)
    Migrate(app, db, directory=str(config.PACKAGE / "migrations"), render_as_batch=True)


def _open_rooms(app: Flask) -> None:
    for room in ROOMS:
        for blueprint in _blueprints(room):
            app.register_blueprint(blueprint)


def _blueprints(room: str) -> list[Blueprint]:
    """What a room opens; audit has no pages of its own."""
    name = f"formulary.{room}.views"
    if find_spec(name) is None:
        return []
    views = import_module(name)
    return getattr(views, "blueprints", None) or [views.bp]


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _tell_request(answer: Response) -> Response:
    answer.headers["X-Request-Id"] = g.get("request_id", "")
    return answer
