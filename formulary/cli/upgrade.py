"""`formulary upgrade`: bring the tables up to this version, with a copy made before."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade

from formulary import clock
from formulary.cli.frame import Said, with_app
from formulary.config import PACKAGE, Settings
from formulary.db import db, schema, transaction
from formulary.exchange.actions import forget_old


@click.command()
@with_app
def command() -> None:
    """Bring the database up to this version.

    A SQLite file with data is copied beside itself before anything is changed. Of a PostgreSQL database make
    a dump first, with pg_dump.

    \b
    Example:
      FORMULARY_DATABASE_URL=sqlite:////srv/formulary/clinic.db formulary upgrade
    """
    bring_up_to_date()
    with transaction():
        forget_old(at=clock.now())


def bring_up_to_date() -> None:
    """Create or change the tables; says what was done."""
    settings: Settings = current_app.extensions["formulary"]
    if settings.sqlite_file:
        _make_private(settings.sqlite_file)
    before, newest = schema.current_revision(), schema.newest_revision(PACKAGE / "migrations")
    db.session.remove()
    if before == newest:
        click.echo(f"The tables are up to date ({newest}).")
        return
    if before and settings.sqlite_file:
        click.echo(f"A copy of the file as it was: {_copied(settings.sqlite_file, before)}")
    upgrade()
    click.echo(f"The tables are at {newest} now.")


def needs_upgrade() -> str:
    """What to say where the tables are not those of this version; nothing where they are."""
    settings: Settings = current_app.extensions["formulary"]
    if settings.sqlite_file and not settings.sqlite_file.exists():
        return f"There is no {settings.sqlite_file} yet. Run: formulary init"
    known, newest = schema.current_revision(), schema.newest_revision(PACKAGE / "migrations")
    db.session.remove()
    return "" if known == newest else f"The tables are at {known}, not {newest}. Run: formulary upgrade"


def _make_private(file: Path) -> None:
    """The folder and the file are this user's alone: they hold medical records."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as fault:
        raise Said(f"{file} cannot be made: {fault.strerror}.") from fault


def _copied(file: Path, revision: str) -> Path:
    stamp = clock.now().strftime("%Y%m%dT%H%M%S%fZ")
    copy = file.with_name(f"{file.stem}-at-{revision}-{stamp}{file.suffix}")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
