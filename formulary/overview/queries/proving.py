"""All that `formulary verify` proves, part by part: by one process, or by several for a long ledger."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import DatabaseError, DataError, InternalError

from formulary.administrations.models import ImportedUse
from formulary.administrations.queries import proof as exposure
from formulary.administrations.queries.reactions import proof as reactions
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault, Tally, chain_faults
from formulary.cocktails.queries import proof as answers
from formulary.db import db, hands, misfits
from formulary.db.hands import Begin, Send
from formulary.db.streaming import Told, quietly
from formulary.stock.models import Movement
from formulary.stock.queries import proof

ENTRIES = "audit entries"
REPORTED = ("reactions", "reports of reactions", "follow-ups")
REACHED = ("draws", "given lots", "imported lines")
HASHED = (Movement, AuditEntry, ImportedUse)
"""Their hashes hold only where every value is of its column's kind."""
MANY = 100_000
"""From so many rows on it is worth it that several processes begin."""
AT_ONCE = "ledger, trail and the rest"
UNREADABLE = (ArithmeticError, DatabaseError, LookupError, TypeError, ValueError)
"""What reading a row raises that was altered to hold no instant, no JSON or no number of ours."""
OF_A_VALUE = ("Could not decode", "integer overflow", "malformed")
"""What SQLite says of a value or a page, by the same error as of a database that cannot be reached."""
Tell = Callable[[str, int], None]
Find = Callable[[Tell | None], Iterator[Fault]]


@dataclass(frozen=True)
class Proof:
    """One part of the proof: its name, whose rows it goes through (of `counted()`), and what it finds; it
    tells how many rows it has behind it.
    """

    name: str
    rows: tuple[str, ...]
    faults: Callable[[Told], Iterable[Fault]]


@contextmanager
def at_one_moment() -> Iterator[tuple[dict[str, int], Find]]:
    """What there is to prove, counted, and what finds everything that does not hold: both at one instant,
    also while others write. A long ledger is proved by several processes where there are cores.
    """
    with _nothing_collected():
        one_moment()
        rows = counted()
        if sum(rows.values()) < MANY or not hands.spare_hands():
            yield rows, partial(all_faults, rows=rows)
            return
        with side_by_side() as found:
            yield found


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Millions of rows come and go: a sixth of the time went into looking for rings among them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def all_faults(tell: Tell | None = None, rows: dict[str, int] | None = None) -> Iterator[Fault]:
    """Everything that does not hold, proof by proof; `tell` is told the name of each that begins, and of so
    many rows more (`rows` of `counted()`) that are behind it.
    """
    seen, named = Tally(), Tally()
    parts = (_ledger(seen), _trail(named), _against(seen, named), *_rest())
    yield from _proved(parts, tell, rows or {})


@contextmanager
def side_by_side() -> Iterator[tuple[dict[str, int], Find]]:
    """The same by several processes, ledger and trail and the rest at once; each finds in its order."""
    seen, named = Tally(), Tally()
    ends = ("seen", [_ledger(seen)], seen), ("named", [_trail(named)], named), ("", _rest(), None)
    with hands.side_by_side([partial(_work, *end) for end in ends]) as begin:
        rows = counted()
        yield rows, partial(_gathered, begin, rows)


def _gathered(begin: Begin, rows: dict[str, int], tell: Tell | None = None) -> Iterator[Fault]:
    tallies: dict[str, Tally | None] = {}
    for said in begin(rows):
        if isinstance(said, Fault):
            yield said
        elif isinstance(said, int):
            _pass_on(tell, said)
        else:
            tallies |= said
    seen, named = (tallies[name] or Tally() for name in ("seen", "named"))
    yield from _proved([_against(seen, named)], None, rows)


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


def _work(name: str, parts: Sequence[Proof], tally: Tally | None, send: Send, rows: dict[str, int]) -> None:
    """In a process of its own: send what is found and how far it is, and at the end what was tallied."""
    for fault in _proved(parts, lambda _name, more: send(more), rows):
        send(fault)
    send({name: tally})


def _pass_on(tell: Tell | None, rows: int) -> None:
    if tell is not None:
        tell(AT_ONCE, rows)


def _ledger(seen: Tally) -> Proof:
    return Proof("the ledger", ("movements", "balances"), lambda told: proof.movement_faults(told, seen))


def _trail(named: Tally) -> Proof:
    return Proof("the audit trail", (ENTRIES,), lambda told: chain_faults(told, named))


def _against(seen: Tally, named: Tally) -> Proof:
    return Proof("both against each other", (), lambda _told: proof.coverage_faults(seen, named))


def _rest() -> list[Proof]:
    """What is proved besides. Ledger and trail are walked through once each, a stretch at a time; of all else
    only what does not hold is read: any length fits.
    """
    return [
        Proof("kinds of values", (), _at_once(kind_faults)),
        *(Proof(name, (), _at_once(faults)) for name, faults in proof.PROOFS.items()),
        Proof("whom the lots reached", REACHED, _at_once(exposure.exposure_faults)),
        Proof("answers", ("answered findings",), _at_once(answers.answer_faults)),
        Proof("reactions", REPORTED, _at_once(reactions.reaction_faults)),
    ]


def kind_faults() -> Iterator[Fault]:
    """Values that their columns are not made for. Where rows are hashed their hash tells of it."""
    for table, key, column, kind in misfits.misfits(besides=HASHED):
        yield Fault(table, f"{table} {key}", f"holds in {column} what is no {kind}")


def _at_once(faults: Callable[[], Iterable[Fault]]) -> Callable[[Told], Iterable[Fault]]:
    return lambda _told: faults()


def _proved(parts: Iterable[Proof], tell: Tell | None, rows: dict[str, int]) -> Iterator[Fault]:
    for part in parts:
        behind: Told = quietly
        if tell is not None:
            tell(part.name, 0)
            behind = _Counting(part, tell, sum(rows.get(name, 0) for name in part.rows))
        yield from _as_far_as_it_goes(part, behind)
        if isinstance(behind, _Counting):
            behind.finish()


def _as_far_as_it_goes(part: Proof, told: Told) -> Iterator[Fault]:
    """What a proof finds. One that meets a value that nobody can read ends there, and says so: the others are
    still to come. PostgreSQL answers nothing more after an error, but behind a savepoint.
    """
    try:
        with db.session.connection().begin_nested():
            yield from part.faults(told)
    except UNREADABLE as met:
        if isinstance(met, DatabaseError) and not _is_of_a_value(met):
            raise
        why = getattr(met, "orig", None) or met
        yield Fault("proof", f"the proof of {part.name}", f"met what it cannot read and stopped: {why}")


def _is_of_a_value(met: DatabaseError) -> bool:
    """Whether an error is of what lies there, and not of a database that cannot be reached or asked."""
    return isinstance(met, DataError | InternalError) or any(said in str(met.orig) for said in OF_A_VALUE)


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
