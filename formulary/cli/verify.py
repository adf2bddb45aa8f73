"""`formulary verify`: proves ledger, exposure and audit trail, and names every row that was altered."""

from collections.abc import Iterator

import click

from formulary.administrations.queries import proof as exposure
from formulary.administrations.queries.reactions import proof as reactions
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault, chain_faults
from formulary.cli.frame import with_app
from formulary.cocktails.queries import proof as answers
from formulary.db import db
from formulary.stock.queries import proof


@click.command()
@with_app
def command() -> None:
    """Prove that every movement, balance, draw and audit entry is as it was written; else exit 1 and a list.

    \b
    Example:
      formulary verify
    """
    one_moment()
    found = 0
    for fault in all_faults():
        found += 1
        click.echo(f"{fault.row} {fault.what}")
    counts = ", ".join(f"{number:,} {name}" for name, number in counted().items())
    if found:
        click.echo(f"{found} not in order, among {counts}.", err=True)
        raise SystemExit(1)
    click.echo(f"In order: {counts}.")


def all_faults() -> Iterator[Fault]:
    """Everything that does not hold: ledger, whom its lots reached, answers, reactions, the trail."""
    yield from proof.ledger_faults()
    yield from exposure.exposure_faults()
    yield from answers.answer_faults()
    yield from reactions.reaction_faults()
    yield from chain_faults()


def counted() -> dict[str, int]:
    """What the proof went through, by name."""
    entries = db.session.scalar(db.select(db.func.count(AuditEntry.id))) or 0
    rooms = proof.counted() | exposure.counted() | answers.counted() | reactions.counted()
    return rooms | {"audit entries": entries}


def one_moment() -> None:
    """Read everything as it stands at one instant, also while others write."""
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
