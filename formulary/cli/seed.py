"""`formulary seed`: an invented clinic, ready to be worked in."""

import secrets

import click
from flask import current_app

from formulary import clock
from formulary.accounts import queries
from formulary.cli.frame import Said, with_app
from formulary.cli.upgrade import needs_upgrade
from formulary.config import Settings
from formulary.seed.scenarios import SCENARIOS, seed


@click.command()
@click.argument("scenario", type=click.Choice(list(SCENARIOS)), default="demo")
@click.option(
    "--if-empty", is_flag=True, help="Leave a database that has a clinic as it is, and say nothing."
)
@with_app
def command(scenario: str, if_empty: bool) -> None:
    """Fill an empty database with an invented clinic: the demo's, or another SCENARIO.

    Nobody knows the passwords until `formulary serve` sets the demo's. Invented data is never mixed with a
    clinic that is there already.

    \b
    Example:
      FORMULARY_DEMO=1 formulary seed glutathione
    """
    if words := needs_upgrade():
        raise Said(words)
    if if_empty and queries.organisation_name():
        return
    settings: Settings = current_app.extensions["formulary"]
    made = seed(scenario, password=settings.demo_password or secrets.token_urlsafe(), at=clock.now())
    click.echo(f"{made.clinic.settings['organisation']}: invented, from the sites to the patients.")
