"""`formulary generate`: a database full of plausible, plainly invented history."""

import click

from formulary import clock
from formulary.bench.history import Wanted, generate
from formulary.cli.frame import Said, operator, with_app
from formulary.cli.upgrade import needs_upgrade


@click.command()
@click.option("--cocktails", required=True, type=click.IntRange(0), help="How many, of five draws each.")
@click.option("--seed", default=1, show_default=True, help="The same number gives the same history.")
@click.option("--days", default=365, show_default=True, help="Over how many days, up to now.")
@click.option("--lots", default=0, show_default=True, help="Further lots that only lie on the shelf.")
@click.option("--site", metavar="NAME", help="The site it is written for; the first one otherwise.")
@with_app
def command(cocktails: int, seed: int, days: int, lots: int, site: str | None) -> None:
    """Fill the database with invented history: lots, vials, patch tests, cocktails, draws, sessions.

    Every movement has its hash and its entry in the audit trail, and `formulary verify` proves it. It needs a
    site and a catalogue (formulary seed brings both) and refuses a site with patients of its own.

    \b
    Example:
      formulary generate --cocktails 2000 --seed 7 --lots 500
    """
    if words := needs_upgrade():
        raise Said(words)
    wanted = Wanted(cocktails, seed, days, lots, site=site)
    for progress in generate(wanted, at=clock.now(), by=operator()):
        click.echo(f"{progress.done:,} of {progress.of:,} {progress.what}", err=True)
