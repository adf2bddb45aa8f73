"""`formulary import KIND FILE`: a list brought in whole or not at all, every bad row told."""

import hashlib
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from formulary import clock
from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.cli.frame import Said, with_app
from formulary.db import StoredFile, retried, transaction
from formulary.exchange import actions, labels
from formulary.exchange.actions import Looked
from formulary.exchange.labels import KINDS, Kind
from formulary.web import sheets

PIECE = 1024 * 1024
PER_MEBIBYTE = 1024 if sys.platform != "darwin" else 1024 * 1024


@click.command()
@click.argument("kind", type=click.Choice(tuple(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", metavar="USER", required=True, help="Who answers for it.")
@click.option("--site", metavar="NAME", help="Where; the first site of the user otherwise.")
@click.option("--look", is_flag=True, help="Say what stands in it, and write nothing.")
@click.option(
    "--bad", type=click.Path(dir_okay=False, path_type=Path), help="Write the bad rows to this CSV."
)
@with_app
def command(kind: str, file: Path, username: str, site: str | None, look: bool, bad: Path | None) -> None:  # noqa: PLR0917 - an option each
    """Bring a list in: deliveries, opening stock, or what was given before (history); CSV or XLSX.

    The first row names the columns; a page and its template list them. Every bad row is told with its line,
    and one is enough that nothing is written: exit 1. What is on record already is passed over.

    \b
    Example:
      formulary import history before-2026.csv --as pharmacist
    """
    by = accounts.actor(username, _site(site))
    with file.open("rb") as content:
        looked = _looked(KINDS[kind], content, by)
        click.echo(f"{looked.rows:,} rows: {looked.new:,} new, {looked.known:,} on record already.")
        if looked.bad_rows:
            _tell_bad(KINDS[kind], content, looked, bad, by)
            raise SystemExit(1)
        if not look and looked.new:
            done = _recorded(KINDS[kind], file.name, content, looked.rows, by)
            click.echo(f"{done.rows_new:,} rows on record.")
    click.echo(f"At most {_peak():,} MiB of memory were used.", err=True)


def _site(name: str | None) -> int | None:
    if name is None:
        return None
    found = next((site for site in accounts.sites() if site.name == name), None)
    if found is None:
        raise Said(f"There is no site {name}.")
    return int(found.id)


def _looked(kind: Kind, content: IO[bytes], by: Actor) -> Looked:
    size = content.seek(0, 2)
    with _bar(size, "Reading") as moved:
        return actions.look(kind, content, lambda _rows: moved(content.tell()), at=clock.now(), by=by)


@retried
def _recorded(kind: Kind, name: str, content: IO[bytes], rows: int, by: Actor) -> StoredFile:
    sha256, done = _hash(content), 0
    with _bar(rows, "Recording") as moved, transaction():

        def told(count: int) -> None:
            nonlocal done
            done += count
            moved(done)

        return actions.record_from(kind, name, sha256, content, told, at=clock.now(), by=by)


def _tell_bad(kind: Kind, content: IO[bytes], looked: Looked, bad: Path | None, by: Actor) -> None:
    """Every fault of every row, on the terminal or in a file."""
    found = actions.bad_fields(kind, content, at=clock.now(), by=by)
    if bad is None:
        for one in found:
            click.echo(labels.told(one))
    else:
        sheet = sheets.Sheet(f"{kind.word}-bad-rows", labels.BAD_HEADER, labels.bad_cells(found))
        with _own(bad) as file:
            file.writelines(sheets.as_csv(sheet))
    click.echo(f"{looked.bad_rows:,} rows cannot be taken, and nothing was written.", err=True)


def _own(path: Path) -> IO[bytes]:
    """A file that this user alone reads, also where there was one: it names patients."""
    file = os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb")
    os.fchmod(file.fileno(), 0o600)
    return file


@contextmanager
def _bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal; nothing where the output goes elsewhere."""
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda now: bar.update(now - bar.pos)


def _hash(content: IO[bytes]) -> str:
    content.seek(0)
    found = hashlib.sha256()
    while piece := content.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def _peak() -> int:
    """The most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // PER_MEBIBYTE
