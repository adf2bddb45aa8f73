"""`formulary verify`: proves ledger, exposure and audit trail, and names every row that was altered."""

import sys
from contextlib import nullcontext
from typing import Any

import click

from formulary.cli.frame import with_app
from formulary.overview.queries.proving import Tell, all_faults, counted, faults_of_all, one_moment

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
    one_moment()
    rows, found = counted(), 0
    with _bar(_all_of(rows)) if _is_watched(progress) else nullcontext() as bar:
        for fault in faults_of_all(_mover(bar) if bar else None, rows):
            found += 1
            click.echo(f"{fault.row} {fault.what}")
    counts = ", ".join(f"{number:,} {name}" for name, number in rows.items())
    if found:
        click.echo(f"{found} not in order, among {counts}.", err=True)
        raise SystemExit(1)
    click.echo(f"In order: {counts}.")


def _all_of(rows: dict[str, int]) -> int:
    return sum(rows.values())


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
