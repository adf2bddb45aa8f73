"""`formulary user`: accounts from the terminal, for the first one and for a lost way in."""

import click
from flask import current_app

from formulary import clock
from formulary.accounts import Role, actions, queries
from formulary.accounts.models import Site, User
from formulary.cli.frame import Said, operator, with_app
from formulary.db import retried, transaction


@click.group()
def command() -> None:
    """Add, reset, disable and list accounts; passwords are set through one-time links alone.

    \b
    Example:
      formulary user add m.roux --name "Manon Roux" --role practitioner --site Paris
    """


@command.command()
@click.argument("username")
@click.option("--name", required=True, help="As it is printed beside a signature.")
@click.option(
    "--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, required=True
)
@click.option("--site", help="Name of the site; not needed where there is one.")
@with_app
def add(username: str, name: str, roles: tuple[str, ...], site: str | None) -> None:
    """Make a person with an account and print the link that sets the password.

    \b
    Example:
      formulary user add m.roux --name "Manon Roux" --role practitioner --role administrator
    """
    _say_link(*_added(username, name, {Role(role) for role in roles}, site))


@command.command()
@click.argument("username")
@with_app
def reset(username: str) -> None:
    """Print a one-time link with which the person sets a new password.

    \b
    Example:
      formulary user reset m.roux
    """
    _say_link(*_reset(username))


@command.command()
@click.argument("username")
@click.option("--reason", required=True, help="Kept in the audit trail.")
@with_app
def disable(username: str, reason: str) -> None:
    """Close an account and end its sessions; what its person did stays.

    \b
    Example:
      formulary user disable m.roux --reason "left the clinic"
    """
    _disable(username, reason)
    click.echo(f"{username} is closed.")


@command.command(name="list")
@with_app
def list_() -> None:
    """List the accounts with their roles.

    \b
    Example:
      formulary user list
    """
    sites = {site.id: site.name for site in queries.sites()}
    roles = queries.roles_of_all()
    for user in queries.people():
        held = roles.get(user.id, {}).items()
        words = "; ".join(f"{', '.join(there)} at {sites[place]}" for place, there in held)
        click.echo(f"{user.username:<24} {user.person.name:<28} {_state(user):<22} {words}")


@retried
def _added(username: str, name: str, roles: set[Role], site: str | None) -> tuple[User, str]:
    at, by = clock.now(), operator()
    with transaction():
        place = _site(site)
        user = actions.add_user(username=username, name=name, roles={place.id: roles}, at=at, by=by)
        return user, actions.make_link(user, at=at, by=by)


@retried
def _reset(username: str) -> tuple[User, str]:
    with transaction():
        user = _user(username)
        return user, actions.make_link(user, at=clock.now(), by=operator())


@retried
def _disable(username: str, reason: str) -> None:
    with transaction():
        actions.close_account(_user(username), reason=reason, at=clock.now(), by=operator())


def _say_link(user: User, token: str) -> None:
    click.echo(f"{user.person.name} sets a password here, once, within 24 hours:")
    click.echo(f"  {current_app.extensions['formulary'].address}/accounts/links/{token}")


def _user(username: str) -> User:
    found = queries.user_named(username)
    if found is None:
        raise Said(f"There is no account “{username}”. See: formulary user list")
    return found


def _site(name: str | None) -> Site:
    sites = queries.sites()
    found = [site for site in sites if name is None or site.name.casefold() == name.casefold()]
    if len(found) != 1:
        names = ", ".join(site.name for site in sites) or "none; run formulary init"
        raise Said(f"Name one site with --site. There are: {names}")
    return found[0]


def _state(user: User) -> str:
    if not user.is_active:
        return "closed"
    return "open" if user.password_hash else "waits for a password"
