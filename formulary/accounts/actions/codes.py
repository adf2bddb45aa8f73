"""The codes that people read aloud: C-1842, V-0417, R-7; one run of numbers per kind and organisation."""

from collections.abc import Callable

from sqlalchemy.dialects import postgresql, sqlite

from formulary.accounts.models import Counter
from formulary.db import db

PADDED = {"C": 4, "V": 4}
Upsert = postgresql.Insert | sqlite.Insert
_INSERTS: dict[str, Callable[[type[Counter]], Upsert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def next_code(kind: str) -> str:
    """The next code of a kind; on PostgreSQL others who want one wait until this transaction ends."""
    return next_codes(kind, 1)[0]


def next_codes(kind: str, count: int) -> list[str]:
    """As many codes at once, in order."""
    insert = _INSERTS[db.engine.dialect.name](Counter).values(kind=kind, value=count)
    raised = insert.on_conflict_do_update(index_elements=["kind"], set_={"value": Counter.value + count})
    last = db.session.execute(raised.returning(Counter.value)).scalar_one()
    return [f"{kind}-{number:0{PADDED.get(kind, 1)}d}" for number in range(last - count + 1, last + 1)]
