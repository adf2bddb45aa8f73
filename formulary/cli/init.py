"""`formulary init`: the organisation, its first site and its first administrator."""

from typing import Any

import click
from flask import current_app

from formulary import clock, config
from formulary.accounts import Role, actions
from formulary.administrations.actions.reactions import set_reaction_kinds
from formulary.cli.frame import operator, with_app
from formulary.cli.upgrade import bring_up_to_date, needs_upgrade
from formulary.db import retried, transaction
from formulary.patients.actions import set_condition_kinds
from formulary.seed.questions import read_questions, read_reaction_kinds


@click.command()
@click.option("--organisation", prompt="Name of the organisation", help="What the clinic is called.")
@click.option("--site", prompt="Name of the first site", help="Such as Lyon Bellecour.")
@click.option("--zone", prompt="Its time zone, such as Europe/Paris", help="Such as Europe/Paris.")
@click.option(
    "--decimal-mark",
    type=click.Choice([".", ","]),
    prompt="Its decimal mark",
    help="How the site writes decimals, in input and output alike.",
)
@click.option("--username", prompt="The first administrator signs in as", help="Such as m.roux.")
@click.option("--name", prompt="The administrator's name", help="As it is printed beside a signature.")
@with_app
def command(**answers: Any) -> None:
    """Set up a new clinic: organisation, first site, first administrator, and what every patient is asked.

    What is not given as an option is asked. There is no default password: the administrator gets a one-time
    link that works for 24 hours. Everything else is done on the pages.

    \b
    Example:
      formulary init --organisation "Les Tilleuls" --site Paris --zone Europe/Paris --decimal-mark . \\
        --username a.bernard --name "Alix Bernard"
    """
    if needs_upgrade():
        bring_up_to_date()
    token = _set_up(**answers)
    click.echo(f"{answers['organisation']} is set up. Start it with: formulary serve")
    click.echo("A pharmacist brings stock and history over: Stock, Bring lists in; or formulary import.")
    click.echo(f"{answers['name']} sets a password here, once, within 24 hours:")
    click.echo(f"  {current_app.extensions['formulary'].address}/accounts/links/{token}")


@retried
def _set_up(*, organisation: str, site: str, zone: str, decimal_mark: str, username: str, name: str) -> str:
    at, by, folder = clock.now(), operator(), config.seed_folder()
    asked, kinds = read_questions(folder), read_reaction_kinds(folder)
    with transaction():
        actions.found_organisation(organisation, at=at, by=by)
        place = actions.add_site(name=site, zone=zone, decimal_mark=decimal_mark, at=at, by=by)
        set_condition_kinds(asked, at=at, by=by)
        set_reaction_kinds(kinds, at=at, by=by)
        roles = {place.id: {Role.ADMINISTRATOR}}
        user = actions.add_user(username=username, name=name, roles=roles, at=at, by=by)
        return actions.make_link(user, at=at, by=by)
