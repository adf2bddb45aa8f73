"""`formulary verify`: proves ledger, exposure and audit trail, and names every row that was altered."""

import sys
from contextlib import nullcontext
from typing import Any

import click

from formulary.cli.frame import with_app
from formulary.overview.queries.proving import Find, Tell, all_faults, at_one_moment, counted

__all__ = ["all_faults", "command", "counted"]


@click.command()
@click.option("--progress/--no-progress", default=None, help="A bar that moves by rows; a terminal has one.")
@with_app
def command(progress: bool | None = None) -> None:
    """Prove that every movement, balance, draw and audit entry is as it was written; else exit 1 and a list.

    \b
    Example:
      formulary verify
    """
    with at_one_moment() as (rows, find):
        found = _told(rows, find, _is_watched(progress))
    counts = ", ".join(f"{number:,} {name}" for name, number in rows.items())
    if found:
        click.echo(f"{found} not in order, among {counts}.", err=True)
        raise SystemExit(1)
    click.echo(f"In order: {counts}.")


def _told(rows: dict[str, int], find: Find, watched: bool) -> int:
    """Say each that does not hold, and how many they were."""
    found = 0
    with _bar(sum(rows.values())) if watched else nullcontext() as bar:
        for fault in find(_mover(bar) if bar else None):
            found += 1
            click.echo(f"{fault.row} {fault.what}")
    return found


def _bar(length: int) -> Any:
    return click.progressbar(length=length, label="Proving", file=sys.stderr, width=24)


def _mover(bar: Any) -> Tell:
    def tell(name: str, rows: int) -> None:
        if (label := f"Proving {name}") != bar.label:
            bar.label = label
            bar.render_progress()
        bar.update(rows)

    return tell


def _is_watched(progress: bool | None) -> bool:
    return sys.stderr.isatty() if progress is None else progress
