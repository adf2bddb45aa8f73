"""Notices from outside: their latest text, which lots of ours it may mean, and what became of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from formulary.db import FRESH, Missing, db
from formulary.recalls.models import NoticeVersion, RecallNotice
from formulary.recalls.queries.listing import lots_by_key
from formulary.recalls.queries.lots import FoundLot
from formulary.rules.trace import Ours, flags
from formulary.stock import queries as stock
from formulary.web.paging import Page, Window, page

NAMED = frozenset({"exact", "range"})
SEARCHED = ("code_info", "more_code_info", "product_description")


@dataclass(frozen=True)
class Proposed:
    """A lot of ours that a notice may mean: `exact`, inside a `range`, or `near`."""

    lot_id: int
    number: str
    product_id: int
    product: str
    how: str


@dataclass(frozen=True)
class Notice:
    """A notice with its latest text; `flags` is what only a person can read in it."""

    row: RecallNotice
    version: NoticeVersion
    proposed: tuple[Proposed, ...]
    flags: tuple[str, ...]

    @property
    def record(self) -> Mapping[str, Any]:
        """The record as it came."""
        found: Mapping[str, Any] = self.version.record
        return found

    @property
    def has_changed(self) -> bool:
        """Whether it was decided and has changed since."""
        return self.row.decision != "open" and self.row.decided_version != self.row.version

    @property
    def came(self) -> tuple[Proposed, ...]:
        """Lots that it names and that were not here when it was decided."""
        known = set(self.row.decided_lots or ())
        decided = self.row.decision != "open"
        return tuple(one for one in self.proposed if decided and one.how in NAMED and one.lot_id not in known)

    @property
    def is_open(self) -> bool:
        """Whether a person must look at it: nobody has decided, it has changed since, or a lot came."""
        return self.row.decision == "open" or self.has_changed or bool(self.came)


def notice(notice_id: int, *, locked: bool = False) -> Notice:
    """One notice against the lots of now; Missing where there is none."""
    query = db.select(RecallNotice).filter_by(id=notice_id).execution_options(**FRESH)
    row = db.session.scalar(query.with_for_update() if locked else query)
    if row is None:
        raise Missing(f"No notice {notice_id}")
    return _against_ours([row])[0]


def notices(window: Window) -> tuple[Page, list[Notice]]:
    """One page of the notices, the newest first, each against the lots of now, which are read once."""
    found = page(db.select(RecallNotice), (RecallNotice.id,), window=window)
    return found, _against_ours(list(found))


def notices_of_case(case_id: int) -> list[RecallNotice]:
    """The notices of which a case was made, in the order in which they came."""
    query = db.select(RecallNotice).filter_by(case_id=case_id).order_by(RecallNotice.id)
    return list(db.session.scalars(query))


def versions(notice_id: int) -> list[NoticeVersion]:
    """Every version of a notice, the newest first."""
    query = db.select(NoticeVersion).filter_by(notice_id=notice_id)
    return list(db.session.scalars(query.order_by(NoticeVersion.version.desc())))


def noticed(source: str, numbers: set[str]) -> dict[str, tuple[RecallNotice, NoticeVersion]]:
    """Those of these numbers that are on record, each with its latest version."""
    query = db.select(RecallNotice).filter_by(source=source).where(RecallNotice.number.in_(numbers))
    rows = list(db.session.scalars(query))
    latest = _latest([row.id for row in rows])
    return {row.number: (row, latest[row.id]) for row in rows}


def _latest(ids: list[int]) -> dict[int, NoticeVersion]:
    query = db.select(NoticeVersion).where(NoticeVersion.notice_id.in_(ids)).order_by(NoticeVersion.version)
    return {row.notice_id: row for row in db.session.scalars(query)}


def text_of(version: NoticeVersion) -> str:
    """What of a notice is searched for lots of ours."""
    return "\n".join(str(version.record.get(name) or "") for name in SEARCHED)


def ours_in(rows: Collection[RecallNotice]) -> Iterator[tuple[int, int]]:
    """(notice, lot) of the lots of ours that the latest texts of these notices name."""
    lots = Ours(stock.numbers_of_lots() if rows else ())
    for row in rows:
        yield from ((row.id, key) for key, how in lots.mentioned(row.words).items() if how in NAMED)


def _against_ours(rows: list[RecallNotice]) -> list[Notice]:
    latest = _latest([row.id for row in rows])
    lots = Ours(stock.numbers_of_lots() if rows else ())
    hits = {row.id: lots.mentioned(row.words) for row in rows}
    known = lots_by_key(lot_id for found in hits.values() for lot_id in found)
    return [_told(row, latest[row.id], hits[row.id], known) for row in rows]


def _told(
    row: RecallNotice, version: NoticeVersion, hits: Mapping[int, str], lots: Mapping[int, FoundLot]
) -> Notice:
    found = ((lots[key], how) for key, how in sorted(hits.items()))
    proposed = tuple(Proposed(lot.id, lot.number, lot.product_id, lot.product, how) for lot, how in found)
    return Notice(row, version, proposed, flags(row.words))
