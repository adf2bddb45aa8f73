"""`formulary verify`: proves ledger, exposure and audit trail, and names every row that was altered."""

import sys
from collections.abc import Callable, Iterable, Iterator

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
@click.option("--progress/--no-progress", default=None, help="Say what is being proved; a terminal is told.")
@with_app
def command(progress: bool | None = None) -> None:
    """Prove that every movement, balance, draw and audit entry is as it was written; else exit 1 and a list.

    \b
    Example:
      formulary verify
    """
    one_moment()
    found = 0
    for fault in all_faults(_told if _is_watched(progress) else None):
        found += 1
        click.echo(f"{fault.row} {fault.what}")
    counts = ", ".join(f"{number:,} {name}" for name, number in counted().items())
    if found:
        click.echo(f"{found} not in order, among {counts}.", err=True)
        raise SystemExit(1)
    click.echo(f"In order: {counts}.")


PROOFS: tuple[tuple[str, Callable[[], Iterable[Fault]]], ...] = (
    *proof.PROOFS.items(),
    ("whom the lots reached", exposure.exposure_faults),
    ("answers", answers.answer_faults),
    ("reactions", reactions.reaction_faults),
    ("the audit trail", chain_faults),
)
"""Everything that is proved, where the rows lie: only what does not hold is read, so any length fits."""


def all_faults(tell: Callable[[int, int, str], None] | None = None) -> Iterator[Fault]:
    """Everything that does not hold, proof by proof; `tell` is told which one begins, of how many."""
    for number, (name, faults) in enumerate(PROOFS, 1):
        if tell is not None:
            tell(number, len(PROOFS), name)
        yield from faults()


def _told(number: int, count: int, name: str) -> None:
    done = "#" * number + "-" * (count - number)
    click.echo(f"[{done}] {number} of {count}: {name}", err=True)


def _is_watched(progress: bool | None) -> bool:
    return sys.stderr.isatty() if progress is None else progress


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
