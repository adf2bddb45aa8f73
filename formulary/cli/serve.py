"""`formulary serve`: the production server, which slow clients cannot shut out."""

import ipaddress
import secrets
import signal
import socket
import sys
from importlib import import_module
from types import FrameType

import click
from flask import Flask, current_app
from waitress.server import create_server

from formulary import clock
from formulary.accounts import actions, queries
from formulary.cli.frame import Said, operator, with_app
from formulary.cli.upgrade import needs_upgrade
from formulary.config import BadSetting, Settings
from formulary.db import retried, transaction

CONNECTIONS, LARGEST_BODY, PATIENCE = 1000, 16 * 1024 * 1024, 60
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@click.command()
@with_app
def command() -> None:
    """Serve the app on FORMULARY_HOST and FORMULARY_PORT (127.0.0.1, 8000).

    Cookies work on this machine and behind TLS only. For a clinic's network put a proxy with TLS in front and
    say so: FORMULARY_PROXIES=1, FORMULARY_BEHIND_TLS=1, FORMULARY_TRUSTED_HOSTS=the.name.you.use.

    \b
    Example:
      FORMULARY_SECRET_KEY=$(cat /srv/formulary/secret) FORMULARY_PORT=8080 formulary serve
    """
    settings: Settings = current_app.extensions["formulary"]
    check_bind(settings)
    if words := needs_upgrade():
        raise Said(words)
    if settings.demo:
        _greet_demo(settings)
    import_module("formulary.app.logs").to_stderr()
    _serve(current_app._get_current_object(), settings)  # type: ignore[attr-defined]


def check_bind(settings: Settings) -> None:
    """Raise BadSetting for an address beyond this machine without TLS, a declared proxy and a host name."""
    if _is_loopback(settings.host):
        return
    if settings.demo:
        raise BadSetting(
            f"The demo serves this machine alone, not {settings.host}. Leave FORMULARY_HOST out."
        )
    if not (settings.behind_tls and settings.proxies):
        raise BadSetting(
            f"FORMULARY_HOST is {settings.host}: sign-in works on this machine and behind TLS only. "
            "Put a proxy with TLS in front, then set FORMULARY_BEHIND_TLS=1 and FORMULARY_PROXIES=1."
        )
    if not settings.hosts:
        raise BadSetting("Set FORMULARY_TRUSTED_HOSTS to the name under which people reach the clinic.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _serve(app: Flask, settings: Settings) -> None:
    with _listening(settings) as door:
        server = create_server(
            app,
            sockets=[door],
            threads=settings.threads,
            connection_limit=CONNECTIONS,
            channel_timeout=PATIENCE,
            max_request_body_size=LARGEST_BODY,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=not settings.proxies,
            ident=None,
        )
        signal.signal(signal.SIGTERM, _stop)
        click.echo(f"Formulary is at {settings.address} (stop it with Ctrl+C).")
        sys.stdout.flush()
        server.run()


def _listening(settings: Settings) -> socket.socket:
    host, port = settings.host.strip("[]"), settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        words = f"{host}:{port} cannot be used: {fault.strerror}. FORMULARY_PORT takes another."
        raise Said(words) from fault


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _greet_demo(settings: Settings) -> None:
    password = settings.demo_password or "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)
    )
    names = _let_in(password)
    click.echo("Demo clinic: every name, lot and figure is invented.")
    click.echo(f"All of them sign in with the password: {password}")
    for username, roles in names:
        click.echo(f"  {username:<16} {roles}")


@retried
def _let_in(password: str) -> list[tuple[str, str]]:
    with transaction():
        users = actions.set_demo_password(password, at=clock.now(), by=operator())
    roles = queries.roles_of_all()
    return [
        (user.username, ", ".join(sorted({role for held in roles[user.id].values() for role in held})))
        for user in users
    ]
