"""`formulary bench`: every figure beside its floor, as ratios of one run."""

import json

import click

from formulary.bench.measures.race import Contest
from formulary.bench.results import table
from formulary.bench.running import DATABASES, Plan, run
from formulary.cli.frame import Said, said


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The lines as JSON; times are decimal strings.")
@click.option(
    "--cocktails",
    default="2000,20000",
    show_default=True,
    help="Ledgers of so many cocktails of five draws; 200000 takes a quarter of an hour.",
)
@click.option("--databases", default=",".join(DATABASES), show_default=True, help="One of them, or both.")
@click.option("--race", is_flag=True, help="Only the race of eight processes for the vials of twenty lots.")
def command(as_json: bool, cocktails: str, databases: str, race: bool) -> None:
    """Measure recall, preparing, pages, checks and the proof, each against its floor in the same run.

    Builds its ledgers in temporary databases and removes them; the clinic's own is not touched. PostgreSQL is
    started from the system's binaries. Read the ratios: the times are those of this machine.

    \b
    Example:
      formulary bench --cocktails 2000 --databases sqlite
      formulary bench --race
    """
    contest = Contest() if race else None
    plan = Plan(cocktails=() if race else _numbers(cocktails), databases=_names(databases), contest=contest)
    with said():
        found = run(plan, lambda words: click.echo(words, err=True))
    click.echo(json.dumps([line.as_data() for line in found], indent=2) if as_json else table(found))


def _numbers(text: str) -> tuple[int, ...]:
    """Numbers with commas between, the smallest first."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) for part in parts):
        raise Said(f"--cocktails is “{text}”; it takes whole numbers with commas, such as 2000,20000.")
    return tuple(sorted({int(part) for part in parts}))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not set(names) <= set(DATABASES):
        raise Said(f"--databases is “{text}”; it takes {' and '.join(DATABASES)}, with a comma between.")
    return names
