"""`formulary bench`: every figure beside its floor, as ratios of one run."""

import json
from typing import Any

import click

from formulary.bench.measures.race import Contest
from formulary.bench.recalling import SIZES, RecallPlan, run_recalls
from formulary.bench.results import Found, table
from formulary.bench.running import DATABASES, Plan, run
from formulary.cli.frame import Said, said

AS_JSON = click.option(
    "--json", "as_json", is_flag=True, help="The lines as JSON; times are decimal strings."
)
ON = click.option("--databases", default=",".join(DATABASES), show_default=True, help="One of them, or both.")

PER_COCKTAIL = 23
"""So many movements a cocktail of the history has at least, with all that came in and was tested for it."""


@click.group(invoke_without_command=True)
@AS_JSON
@click.option(
    "--cocktails",
    default="2000,20000",
    show_default=True,
    help="Ledgers of so many cocktails of five draws; 200000 takes a quarter of an hour.",
)
@click.option(
    "--movements",
    type=click.IntRange(min=1),
    help=f"One ledger of so many movements instead, {PER_COCKTAIL} to a cocktail.",
)
@ON
@click.option("--race", is_flag=True, help="Only the race of eight processes for the vials of twenty lots.")
@click.pass_context
def command(asked: click.Context, as_json: bool, databases: str, race: bool, **sizes: Any) -> None:
    """Measure recall, preparing, pages, checks and the proof, each against its floor in the same run.

    Builds its ledgers in temporary databases and removes them; the clinic's own is not touched. PostgreSQL is
    started from the system's binaries. Read the ratios: the times are those of this machine.

    \b
    Example:
      formulary bench --cocktails 2000 --databases sqlite
      formulary bench --movements 1000000
      formulary bench --race
      formulary bench recall
    """
    if asked.invoked_subcommand is not None:
        return
    contest = Contest() if race else None
    plan = Plan(
        cocktails=() if race else _cocktails(**sizes),
        databases=_names(databases),
        contest=contest,
    )
    with said():
        found = run(plan, _progress)
    _print(found, as_json)


@command.command("recall")
@AS_JSON
@click.option(
    "--draws",
    default=",".join(map(str, SIZES)),
    show_default=True,
    help="Ledgers of so many draws; 10000000 takes an hour and 30 GB on each database.",
)
@ON
def recall(as_json: bool, draws: str, databases: str) -> None:
    """Measure recalls alone, in ledgers of up to ten million draws: lots in 5 patients and in 20,000.

    Who received a lot and the recall page, containment, and the list that leaves: median, slowest of a
    hundred, rows and memory, against bare SQL for the same answer.

    \b
    Example:
      formulary bench recall --draws 10000,1000000 --databases postgresql
    """
    plan = RecallPlan(draws=_numbers("draws", draws), databases=_names(databases))
    with said():
        found = run_recalls(plan, _progress)
    _print(found, as_json)


def _progress(words: str) -> None:
    click.echo(words, err=True)


def _print(found: list[Found], as_json: bool) -> None:
    click.echo(json.dumps([line.as_data() for line in found], indent=2) if as_json else table(found))


def _cocktails(cocktails: str, movements: int | None) -> tuple[int, ...]:
    return _numbers("cocktails", cocktails) if movements is None else (-(-movements // PER_COCKTAIL),)


def _numbers(option: str, text: str) -> tuple[int, ...]:
    """Numbers with commas between, the smallest first."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) for part in parts):
        raise Said(f"--{option} is “{text}”; it takes whole numbers with commas, such as 2000,20000.")
    return tuple(sorted({int(part) for part in parts}))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not set(names) <= set(DATABASES):
        raise Said(f"--databases is “{text}”; it takes {' and '.join(DATABASES)}, with a comma between.")
    return names
