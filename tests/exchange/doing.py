"""Lists as these tests bring them in: a few rows of text, looked at or recorded by the pharmacist."""

from __future__ import annotations

import csv
import io

from formulary import clock
from formulary.db import content_hash, db, transaction
from formulary.exchange import actions, labels
from tests.support.world import Cast

HISTORY = ("date", "patient", "product", "lot", "expiry", "quantity", "unit", "practitioner", "remark")
STOCK = ("place", "product", "lot", "expiry", "quantity", "unit", "opened at")
DELIVERIES = (
    "date",
    "supplier",
    "note",
    "product",
    "lot",
    "expiry",
    "packs",
    "per pack",
    "price",
    "currency",
    "place",
)


def a_list(header, *rows) -> bytes:
    """A CSV of these rows; each is its cells, or a mapping of some columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] if isinstance(row, dict) else row for row in rows)
    return text.getvalue().encode()


def looked(cast: Cast, word: str, raw: bytes, who: str = "pharmacist") -> actions.Looked:
    """What stands in a list, nothing being written."""
    return actions.look(labels.KINDS[word], io.BytesIO(raw), at=clock.now(), by=cast.actor(who))


def recorded(cast: Cast, word: str, raw: bytes, who: str = "pharmacist"):
    """The file of a list that was recorded."""
    db.session.rollback()
    db.session.expire_all()
    told = {"at": clock.now(), "by": cast.actor(who)}
    with transaction():
        return actions.record_from(labels.KINDS[word], "list.csv", content_hash(raw), io.BytesIO(raw), **told)


def why(cast: Cast, word: str, raw: bytes) -> list[tuple[int, str, str]]:
    """Line, column and reason of everything that is wrong with a list."""
    return [(bad.line, bad.column, bad.why) for bad in looked(cast, word, raw).bad]
