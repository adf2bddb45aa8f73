"""`formulary verify`: proves ledger, exposure and audit trail, and names every row that was altered."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import click

from formulary.administrations.queries import proof as exposure
from formulary.administrations.queries.reactions import proof as reactions
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault, Tally, chain_faults
from formulary.cli.frame import with_app
from formulary.cocktails.queries import proof as answers
from formulary.db import db
from formulary.db.streaming import Told, quietly
from formulary.stock.queries import proof

ENTRIES = "audit entries"
REPORTED = ("reactions", "reports of reactions", "follow-ups")
REACHED = ("draws", "given lots", "imported lines")
Tell = Callable[[str, int], None]


@dataclass(frozen=True)
class Proof:
    """One part of the proof: its name, whose rows it goes through (of `counted()`), and what it finds; it
    tells how many rows it has behind it.
    """

    name: str
    rows: tuple[str, ...]
    faults: Callable[[Told], Iterable[Fault]]


@click.command()
@click.option("--progress/--no-progress", default=None, help="A bar that moves by rows; a terminal has one.")
@with_app
def command(progress: bool | None = None) -> None:
    """Prove that every movement, balance, draw and audit entry is as it was written; else exit 1 and a list.

    \b
    Example:
      formulary verify
    """
    one_moment()
    rows, found = counted(), 0
    with _bar(_all_of(rows)) if _is_watched(progress) else nullcontext() as bar:
        for fault in all_faults(_mover(bar) if bar else None, rows):
            found += 1
            click.echo(f"{fault.row} {fault.what}")
    counts = ", ".join(f"{number:,} {name}" for name, number in rows.items())
    if found:
        click.echo(f"{found} not in order, among {counts}.", err=True)
        raise SystemExit(1)
    click.echo(f"In order: {counts}.")


def all_faults(tell: Tell | None = None, rows: dict[str, int] | None = None) -> Iterator[Fault]:
    """Everything that does not hold, proof by proof; `tell` is told the name of each that begins, and of so
    many rows more (`rows` of `counted()`) that are behind it.
    """
    for part in _proofs():
        behind: Told = quietly
        if tell is not None:
            tell(part.name, 0)
            behind = _Counting(part, tell, sum((rows or {}).get(name, 0) for name in part.rows))
        yield from part.faults(behind)
        if isinstance(behind, _Counting):
            behind.finish()


def counted() -> dict[str, int]:
    """What the proof goes through, by name."""
    entries = db.session.scalar(db.select(db.func.count(AuditEntry.id))) or 0
    rooms = proof.counted() | exposure.counted() | answers.counted() | reactions.counted()
    return rooms | {ENTRIES: entries}


def one_moment() -> None:
    """Read everything as it stands at one instant, also while others write."""
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _proofs() -> list[Proof]:
    """Everything that is proved. Ledger and trail are walked through once each, a stretch at a time; of all
    else only what does not hold is read: any length fits.
    """
    seen, named = Tally(), Tally()
    ledger = [Proof(name, (), _at_once(faults)) for name, faults in proof.PROOFS.items()]
    return [
        Proof("the ledger", ("movements", "balances"), lambda told: proof.movement_faults(told, seen)),
        Proof("the audit trail", (ENTRIES,), lambda told: chain_faults(told, named)),
        Proof("both against each other", (), lambda _: proof.coverage_faults(seen, named)),
        *ledger,
        Proof("whom the lots reached", REACHED, _at_once(exposure.exposure_faults)),
        Proof("answers", ("answered findings",), _at_once(answers.answer_faults)),
        Proof("reactions", REPORTED, _at_once(reactions.reaction_faults)),
    ]


def _at_once(faults: Callable[[], Iterable[Fault]]) -> Callable[[Told], Iterable[Fault]]:
    return lambda _told: faults()


@dataclass
class _Counting:
    """Passes on how many rows are behind a proof, and what is left of them at its end."""

    part: Proof
    tell: Tell
    left: int

    def __call__(self, rows: int) -> None:
        self.left -= rows
        self.tell(self.part.name, rows)

    def finish(self) -> None:
        self(self.left)


def _all_of(rows: dict[str, int]) -> int:
    return sum(rows.values())


def _bar(length: int) -> Any:
    return click.progressbar(length=length, label="Proving", file=sys.stderr, width=24)


def _mover(bar: Any) -> Tell:
    def tell(name: str, rows: int) -> None:
        if (label := f"Proving {name}") != bar.label:
            bar.label = label
            bar.render_progress()
        bar.update(rows)

    return tell


def _is_watched(progress: bool | None) -> bool:
    return sys.stderr.isatty() if progress is None else progress
