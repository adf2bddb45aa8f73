"""The frame of every command: found by name, the app made only when needed, faults told in words."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any, ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError, OperationalError

from formulary.accounts import Operator
from formulary.config import BadSetting
from formulary.db import Busy, Missing
from formulary.rules.findings import Refused

P = ParamSpec("P")
R = TypeVar("R")

COMMANDS = (
    "init", "upgrade", "seed", "serve", "verify", "recall", "notices", "check", "scan", "import", "user",
    "generate", "bench",
)  # fmt: skip
FILES = {"import": "importing"}
"""The files of commands whose word is none that Python takes for a name."""


class Said(click.ClickException):
    """What cannot be done, in words, with exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the words alone."""
        click.echo(self.message, file=file, err=True)


class Commands(click.Group):
    """The commands of the list, each read from its own file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order in which a clinic meets them."""
        return [name for name in COMMANDS if find_spec(_file(name))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(_file(cmd_name)).command
        return command


def _file(name: str) -> str:
    return f"formulary.cli.{FILES.get(name, name)}"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="formulary", message="formulary %(version)s")
def main() -> None:
    """Cocktails, lots, patch tests and recalls for clinics that practise mesotherapy.

    Settings come from the environment as FORMULARY_* or from the TOML file that FORMULARY_CONFIG names.

    \b
    Example:
      formulary recall G4405
    """


def with_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the app of this environment's settings; what goes wrong is said in words."""

    @wraps(command)
    def run(*args: P.args, **named: P.kwargs) -> R:
        with said():
            # The app stands above its commands, so they know it by name alone.
            app = import_module("formulary.app").create_app()
            with app.app_context():
                return command(*args, **named)

    return run


@contextmanager
def said() -> Iterator[None]:
    """Turn the exceptions of the house into words and exit code 1."""
    try:
        yield
    except Refused as refusal:
        words = (f"{finding.reason} {finding.remedy}".strip() for finding in refusal.findings)
        raise Said("\n".join(words)) from refusal
    except (BadSetting, Missing) as fault:
        raise Said(str(fault)) from fault
    except Busy as fault:
        raise Said("Others are writing just now. Nothing was written; try again.") from fault
    except DBAPIError as fault:
        raise Said(_of_database(fault)) from fault


def operator() -> Operator:
    """Who acts on the terminal: the account of the operating system."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "somebody"
    return Operator(f"{name} on the terminal")


def _of_database(fault: DBAPIError) -> str:
    text = str(fault.orig).splitlines()[0]
    unreached = isinstance(fault, OperationalError)  # PostgreSQL: also a role or database that does not exist
    if "no such table" in text or ("does not exist" in text and not unreached):
        return "The database has no tables of this version. Run: formulary upgrade"
    return f"The database cannot be reached: {text}" if unreached else f"The database refused: {text}"
