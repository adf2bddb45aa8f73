"""Whether the process lives and whether it can serve: the truth, without detail for outsiders."""

import shutil
from pathlib import Path

from flask import Flask, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from formulary.accounts import public
from formulary.config import PACKAGE, Settings
from formulary.db import db, schema

LEAST_ROOM = 50 * 1024 * 1024


def init_app(app: Flask) -> None:
    """Answer /healthz (the process) and /readyz (database, schema, room on the disk)."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@public
def readyz() -> Response:
    """Whether a request can be served now; the reason of a "no" is in the log alone."""
    reason = _not_ready()
    if reason:
        current_app.logger.error("not ready: %s", reason)
        return Response("not ready\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


def _not_ready() -> str:
    try:
        known = schema.current_revision()
    except SQLAlchemyError as fault:
        return f"the database does not answer ({type(fault).__name__})"
    finally:
        db.session.remove()
    if known != schema.newest_revision(PACKAGE / "migrations"):
        return f"the tables are at {known}; run formulary upgrade"
    return _no_room(current_app.extensions["formulary"])


def _no_room(settings: Settings) -> str:
    file = settings.sqlite_file
    if file is None or shutil.disk_usage(_folder(file)).free >= LEAST_ROOM:
        return ""
    return f"less than {LEAST_ROOM} bytes are free beside {file.name}"


def _folder(file: Path) -> Path:
    return file.parent if file.parent.is_dir() else Path.cwd()
