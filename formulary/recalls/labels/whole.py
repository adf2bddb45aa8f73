"""The whole history of a lot as rows of a file, its patients as the asker may know them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.recalls import queries
from formulary.recalls.queries import FoundLot
from formulary.rules.units import natural_unit, plain
from formulary.stock.labels import corrections_of
from formulary.web.words import utc

COLUMNS = (
    "movement", "occurred_at", "recorded_at", "site", "from", "to", "quantity", "unit", "reason", "vial",
    "document", "cocktail", "patient", "name", "by", "reverses", "remark", "hash",
)  # fmt: skip


def movements_told(lot: FoundLot, *, at: datetime, by: Actor) -> Iterator[dict[str, Any]]:
    """Each movement by column, read as they leave; quantities with a decimal point in one unit for the lot,
    instants in UTC.
    """
    unit = natural_unit(lot.quantity(queries.largest_movement(lot.id)))
    for rows in queries.whole_history(lot.id):
        known = queries.known_patients({row.patient_id for row in rows if row.patient_id}, by=by, at=at)
        yield from (_told(row, lot, unit, known.get(row.patient_id or 0)) for row in rows)


def holds_told(lot: FoundLot) -> list[dict[str, Any]]:
    """Each hold on the lot: why, from whom, since when and until when."""
    return [
        {
            "hold": hold.code, "reason": hold.reason, "source": hold.source, "placed_at": utc(hold.placed_at),
            "placed_by": placed, "released_at": utc(hold.released_at) if hold.released_at else None,
            "released_by": released, "release_reason": hold.release_reason,
        }
        for hold, placed, released in queries.holds_on_lot(lot.id)
    ]  # fmt: skip


def numbers_told(lot: FoundLot) -> list[dict[str, Any]]:
    """Each number that the lot had: what it was corrected to, why, when, by whom and confirmed by whom."""
    return [
        {
            "number": one.number, "corrected_to": one.to, "reason": one.reason, "at": utc(one.at),
            "by": one.by, "second": one.second or None,
        }
        for one in corrections_of(lot.id)
    ]  # fmt: skip


def _told(moved: queries.Moved, lot: FoundLot, unit: Any, patient: queries.Known | None) -> dict[str, Any]:
    row = moved.row
    amount = plain(lot.quantity(row.quantity), unit)
    document = f"{row.document_kind} {row.document_id}" if row.document_id else row.document_kind
    values = (
        row.id, utc(row.occurred_at), utc(row.recorded_at), moved.site, moved.source, moved.target, amount,
        unit.code, row.reason, moved.vial, document, moved.cocktail, patient.code if patient else "",
        patient.name if patient else "", moved.by, row.reverses_id, row.remark, row.hash,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
