"""`formulary notices import FILE`: recall notices brought in, and what they mean for our lots."""

from pathlib import Path

import click

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.cli.frame import with_app
from formulary.db import retried, transaction
from formulary.recalls import actions, queries
from formulary.recalls.actions import Imported
from formulary.web.paging import Window


@click.group()
def command() -> None:
    """Recall notices from outside, read against our lots.

    \b
    Example:
      formulary notices import enforcement.json --as recall
    """


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", metavar="USER", required=True, help="Who answers for it.")
@with_app
def import_file(file: Path, username: str) -> None:
    """Bring enforcement reports of openFDA in from FILE; what is on record already is passed over.

    \b
    Example:
      formulary notices import enforcement.json --as recall
    """
    made = _imported(file.read_bytes(), username)
    click.echo(f"{made.new:,} new, {made.changed:,} changed, {made.known:,} on record already.")
    for one in queries.notices(Window())[1]:
        if one.is_open and (one.proposed or one.flags):
            lots = ", ".join(f"{lot.number} ({lot.how})" for lot in one.proposed) or "none found"
            click.echo(
                f"  {one.row.number}: our lots {lots}" + "".join(f"; {flag} lots" for flag in one.flags)
            )


@retried
def _imported(raw: bytes, username: str) -> Imported:
    by = accounts.actor(username)
    with transaction():
        return actions.import_notices(raw, at=clock.now(), by=by)
