"""The application factory: settings, database, rooms, headers, error pages."""

from importlib import import_module

from flask import Flask
from flask_migrate import Migrate

from formulary import config
from formulary.db import db

ROOMS = (
    "accounts", "audit", "catalogue", "stock", "patients", "patch_tests",
    "cocktails", "preparations", "administrations", "recalls", "overview",
)  # fmt: skip
WITH_TABLES = ROOMS[:-1]


def create_app(settings: config.Settings | None = None) -> Flask:
    """An application for these settings, or for those of the environment; BadSetting where it must not start."""
    settings = (settings or config.load()).checked()
    app = Flask("formulary", template_folder=str(config.templates_folder()))
    app.extensions["formulary"] = settings
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True},
    )
    for room in WITH_TABLES:
        import_module(f"formulary.{room}.models")
    db.init_app(app)
    Migrate(app, db, directory=str(config.PACKAGE / "migrations"), render_as_batch=True)
    return app
