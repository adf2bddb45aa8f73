"""The frame: help without settings, faults in words and exit code 1."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError, ProgrammingError

from formulary.cli import frame, main
from formulary.config import BadSetting
from formulary.db import Busy, Missing
from formulary.rules.findings import refuse

NAMES = [name for name in main.list_commands(click.Context(main)) if name != "user"]


def commands(group=main, path=()):
    """Every command with its path, those of groups included."""
    for name in group.list_commands(click.Context(group)):
        found = group.get_command(click.Context(group), name)
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


@pytest.mark.parametrize(("path", "command"), [pytest.param(p, c, id=" ".join(p)) for p, c in commands()])
def test_every_help_ends_with_a_worked_example(path, command, monkeypatch):
    monkeypatch.delenv("FORMULARY_SECRET_KEY", raising=False)
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0, result.output
    before_options = result.output.partition("\nOptions:")[0]
    example = before_options.rpartition("Example:")[2]
    assert "formulary " in example, result.output


def test_the_commands_stand_in_the_order_of_the_list():
    offered = main.list_commands(click.Context(main))
    assert offered == [name for name in frame.COMMANDS if name in offered]
    assert {"init", "upgrade", "serve", "user"} <= set(offered)


def test_an_unknown_command_is_told():
    result = CliRunner().invoke(main, ["unknown"])
    assert (result.exit_code, "No such command" in result.output) == (2, True)


def test_help_needs_no_settings_and_is_quick_to_import():
    heavy = "import sys, formulary.cli; print('weasyprint' in sys.modules, 'pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True, env={})
    assert done.stdout.split()[0] == "False"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (BadSetting("FORMULARY_PORT is x"), "FORMULARY_PORT is x"),
        (Missing("No lot 7"), "No lot 7"),
        (refuse("a.b", "it", "It is so.", "Do that."), "It is so. Do that."),
        (Busy(), "Others are writing just now. Nothing was written; try again."),
        (OperationalError("", {}, Exception("no such table: lot")), "Run: formulary upgrade"),
        (ProgrammingError("", {}, Exception('relation "lot" does not exist')), "Run: formulary upgrade"),
        (OperationalError("", {}, Exception("refused\nmore")), "The database cannot be reached: refused"),
        (
            OperationalError("", {}, Exception('role "a" does not exist')),
            'cannot be reached: role "a" does not exist',
        ),
    ],
)
def test_what_goes_wrong_is_said_in_words(fault, words):
    @click.command()
    def failing():
        with frame.said():
            raise fault

    result = CliRunner().invoke(failing)
    assert result.exit_code == 1
    assert result.output.strip().endswith(words)
    assert "Error" not in result.output


def test_a_missing_setting_is_said_in_words(monkeypatch):
    monkeypatch.delenv("FORMULARY_SECRET_KEY", raising=False)
    monkeypatch.delenv("FORMULARY_DEMO", raising=False)
    result = CliRunner().invoke(main, ["user", "list"])
    assert (result.exit_code, result.output.split(";")[0]) == (1, "FORMULARY_SECRET_KEY is not set")


def test_who_acts_on_the_terminal_is_the_systems_user():
    assert frame.operator().name.endswith(" on the terminal")
    assert frame.operator().person_id is None
