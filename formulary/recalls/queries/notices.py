"""Notices from outside: their latest text, which lots of ours it may mean, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formulary.catalogue.models import Product
from formulary.db import FRESH, Missing, db
from formulary.recalls.models import NoticeVersion, RecallNotice
from formulary.rules.trace import flags, mentioned
from formulary.stock.models import Lot
from formulary.web.paging import Page, Window, page

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
    def is_open(self) -> bool:
        """Whether a person must look at it: nobody has decided, or it has changed since."""
        return self.row.decision == "open" or self.row.decided_version != self.row.version


def notice(notice_id: int, *, locked: bool = False) -> Notice:
    """One notice against the lots of now; Missing where there is none."""
    query = db.select(RecallNotice).filter_by(id=notice_id).execution_options(**FRESH)
    row = db.session.scalar(query.with_for_update() if locked else query)
    if row is None:
        raise Missing(f"No notice {notice_id}")
    return _told(row, _latest([row.id])[row.id], _lots())


def notices(window: Window) -> tuple[Page, list[Notice]]:
    """One page of the notices, the newest first, each against the lots of now."""
    found = page(db.select(RecallNotice), (RecallNotice.id,), window=window)
    latest, lots = _latest([row.id for row in found]), _lots()
    return found, [_told(row, latest[row.id], lots) for row in found]


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


def _lots() -> dict[int, tuple[str, int, str]]:
    query = db.select(Lot.id, Lot.number, Product.id, Product.name).join(
        Product, Product.id == Lot.product_id
    )
    return {key: (number, product_id, name) for key, number, product_id, name in db.session.execute(query)}


def _told(row: RecallNotice, version: NoticeVersion, lots: dict[int, tuple[str, int, str]]) -> Notice:
    text = "\n".join(str(version.record.get(name) or "") for name in SEARCHED)
    hits = mentioned(text, {key: number for key, (number, _, _) in lots.items()})
    proposed = tuple(Proposed(key, *lots[key], how) for key, how in sorted(hits.items()))
    return Notice(row, version, proposed, flags(text))
